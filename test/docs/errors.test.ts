import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderErrorCodes, unusedCodes } from '../../scripts/error-codes.ts';

// That each code which the source gives is in the catalogue is a matter of types.
it('docs/errors.md is the catalogue of codes (mend: npm run docs -- errors)', async () => {
  expect(await readFile('docs/errors.md', 'utf8')).toBe(renderErrorCodes());
});

it('every code of the catalogue is given by the source', async () => {
  expect(await unusedCodes()).toEqual([]);
});
