import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderRepositories } from '../../scripts/repositories.ts';

it('docs/repositories.md is what was seen (mend: npm run docs -- repositories)', () => {
  expect(readFileSync('docs/repositories.md', 'utf8')).toBe(renderRepositories());
});
