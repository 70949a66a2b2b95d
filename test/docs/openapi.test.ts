import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderCalls, renderOpenApi } from '../../scripts/openapi.ts';

it.each([
  ['docs/openapi.json', renderOpenApi],
  ['src/contract/calls.json', renderCalls],
])('%s has the routes of the contract (mend: npm run docs -- openapi)', async (file, render) => {
  expect(await readFile(file, 'utf8')).toBe(await render());
});
