// docs/fleet.1 is what the verbs say, and roff takes it without a warning.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderMan } from '../../scripts/man.ts';
import { installed } from '../support/installed.ts';

it('docs/fleet.1 lists the verbs as they are (mend: npm run docs -- man)', () => {
  expect(readFileSync('docs/fleet.1', 'utf8')).toBe(renderMan());
});

it.skipIf(!installed('groff'))('is a page without a warning', () => {
  const { stdout: page, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-P-cbou', '-ww', 'docs/fleet.1'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(page).toContain('fleet pause product-b until the release is out');
});
