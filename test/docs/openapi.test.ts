import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderOpenApi } from '../../scripts/openapi.ts';

it('docs/openapi.json has the routes of the contract (mend: npm run docs -- openapi)', async () => {
  expect(await readFile('docs/openapi.json', 'utf8')).toBe(await renderOpenApi());
});
