import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { keptResults, page, renderMilestones } from '../../scripts/milestones.ts';
import { readResults } from '../support/milestones.ts';

it('docs/milestones.md is what its results say (mend: npm run docs:milestones)', async () => {
  expect(await readFile(page, 'utf8')).toBe(renderMilestones(readResults(keptResults)));
});
