// docs/fleet.1 is what the verbs say, and roff takes it without a warning.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderMan } from '../../scripts/man.ts';

it('docs/fleet.1 lists the verbs as they are (mend: npm run docs -- man)', () => {
  expect(readFileSync('docs/fleet.1', 'utf8')).toBe(renderMan());
});

const groff = (() => {
  try {
    execFileSync('groff', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

it.skipIf(!groff)('is a page without a warning', () => {
  const { stdout: page, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-P-cbou', '-ww', 'docs/fleet.1'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(page).toContain('fleet pause product-b until the release is out');
});
