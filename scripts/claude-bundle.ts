// A run of test/claude/bundle.real.ts: the compose bundle with this overstory and this Claude Code in its image. Docker is
// asked as who runs this.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { leave } from './real-run.ts';

const root = join(import.meta.dirname, '..');

export interface PackedOverstory extends Disposable {
  version: string;
  /** for OVERSTORY of .env */
  spec: string;
}

/**
 * Packs a checkout as npm would publish it, without its web UI, which the fleet does not use, where the image takes it from.
 * The same source gives the same bytes: what the image builds of it is built once. Ends the process where there is none.
 */
export function packOverstory(given: string): PackedOverstory {
  const source = resolve(given);
  const manifest = join(source, 'package.json');
  if (!existsSync(manifest)) leave(2, `Expected a checkout of overstory, got no package.json in ${source}.`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const made = execFileSync('npm', pack, { cwd: source, encoding: 'utf8' }).trim();
  // Not by the name that a human's own has there.
  const name = `test-claude-${version}.tgz`;
  const packed = join(root, 'containers/runtime/vendor', name);
  copyFileSync(join(folder, made), packed);
  rmSync(folder, { recursive: true });
  return {
    version,
    spec: `./vendor/${name}`,
    [Symbol.dispose]: () => rmSync(packed, { force: true }),
  };
}

/** @returns vitest's exit */
export function runOnBundle(
  overstory: string,
  claude: string,
  words: string[],
  env: NodeJS.ProcessEnv,
): number {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = ['--config', 'test/claude/vitest.config.ts', '--configLoader', 'native'];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...config, ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, BUNDLE_OVERSTORY: overstory, BUNDLE_CLAUDE: claude, ...env },
  });
  return status ?? 1;
}
