// A run of vitest on real parts. overstory and Claude Code refuse root: as root the tests run as uid 1000 with a home of
// their own, in a short folder that is gone afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** overstory's own container user; any but root would do. */
export const otherUser = { uid: 1000, gid: 1000 };
export const asRoot = process.getuid?.() === 0;

/** Ends the process, with the mend, where it is no checkout or there is no bun. */
export function requireOverstory(given: string): { source: string; version: string; bun: string } {
  const source = resolve(given);
  if (!existsSync(join(source, 'src/index.ts')))
    leave(2, `Expected a checkout of overstory, got no src/index.ts in ${source}.`);
  const bun = findBun();
  if (bun === null)
    leave(2, 'Expected bun on PATH or its path in BUN, got none. Mend: npm install bun, and set BUN.');
  const said = execFileSync(bun, [join(source, 'src/index.ts'), '--version', '--json'], { encoding: 'utf8' });
  return { source, version: JSON.parse(said).version, bun };
}

function findBun(): string | null {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'bun'));
  for (const file of [process.env.BUN ?? '', ...places]) {
    try {
      accessSync(file, constants.X_OK);
      return resolve(file);
    } catch {
      // not there
    }
  }
  return null;
}

export function leave(exit: number, sentence: string): never {
  console.log(sentence);
  process.exit(exit);
}

export interface RealRun extends Disposable {
  /** the home, TMPDIR too */
  home: string;
  /**
   * @param before words in front of its command, e.g. noNetwork
   * @returns vitest's exit
   */
  vitest(config: string, words: string[], env: NodeJS.ProcessEnv, before?: readonly string[]): number;
}

export function openRealRun(): RealRun {
  const home = mkdtempSync(join(tmpdir(), 'real-'));
  if (asRoot) {
    chownSync(home, otherUser.uid, otherUser.gid);
    chmodSync(home, 0o700);
  }
  return {
    home,
    vitest(config, words, env, before = []) {
      const program = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
      const vitest = [program, 'run', '--config', config, '--configLoader', 'native', ...words];
      const [file = '', ...more] = [...before, process.execPath, ...vitest];
      const { status } = spawnSync(file, more, {
        cwd: join(import.meta.dirname, '..'),
        stdio: 'inherit',
        env: { ...process.env, HOME: home, TMPDIR: home, ...env },
        ...(asRoot ? otherUser : {}),
      });
      return status ?? 1;
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
