// Once before all tests: where no tmux is installed, the trial's stand-in takes its place on the PATH of the tests.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Set where the stand-in takes tmux's place: it draws no terminal for a program such as `fleet top`. */
export const standIn = 'FLEET_TESTS_ON_TMUX_SIM';

export async function setup(): Promise<(() => void) | undefined> {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    if (process.env.CI) throw new Error('Expected tmux on the PATH in CI, got none.');
  }
  const bin = mkdtempSync(join(tmpdir(), 'fleet-tests-bin-'));
  const program = join(bin, 'tmux-sim.cjs');
  const input = fileURLToPath(new URL('../../src/simulator/tmux-sim.ts', import.meta.url));
  const bundle = await rolldown({ input, platform: 'node' });
  await bundle.write({ file: program, format: 'cjs', codeSplitting: false });
  writeFileSync(join(bin, 'tmux'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'tmux'), 0o755);
  process.env[standIn] = '1';
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  console.log('No tmux on this machine: the tests run on the stand-in that a trial uses.');
  return () => rmSync(bin, { recursive: true, force: true });
}
