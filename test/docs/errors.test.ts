import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderErrorCodes } from '../../scripts/error-codes.ts';

it('docs/errors.md lists the codes that the source can give (mend: npm run docs -- errors)', async () => {
  expect(await readFile('docs/errors.md', 'utf8')).toBe(await renderErrorCodes());
});
