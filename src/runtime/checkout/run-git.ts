// How git is run on a checkout of the fleet's own and on the folder that it is made from. No hook, no editor, no
// question. The folder of a human is only ever read: every call that names it is one of those that write nothing there.
import type { Readable } from 'node:stream';
import { execa } from 'execa';

const quiet = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'gpg.program=false',
  'commit.gpgSign=false',
  'advice.detachedHead=false',
  'maintenance.auto=false',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting]);

export interface GitOptions {
  /** protocols that a fetch may use; default: files only */
  protocols?: string;
  /** what is written to its stdin */
  input?: string | Readable;
  timeoutMs?: number;
  /** told of git's own progress, e.g. `Receiving objects`, 42 */
  onProgress?: (what: string, percent: number) => void;
  env?: NodeJS.ProcessEnv;
}

export interface GitResult {
  ok: boolean;
  /** null: it was ended by a signal or its time was over */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Never rejects. */
export async function runGit(
  folder: string,
  args: string[],
  { protocols = 'file', input, timeoutMs = 60_000, onProgress, env }: GitOptions = {},
): Promise<GitResult> {
  const running = execa('git', ['-C', folder, ...quiet, ...args], {
    reject: false,
    timeout: timeoutMs,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    env: {
      // What started us may be git itself (a hook): its repository is not ours.
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'false',
      GIT_EDITOR: 'false',
      GIT_ALLOW_PROTOCOL: protocols,
      GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
      // A file that is not here (LFS) stays its pointer, instead of a download in the middle of a checkout.
      GIT_LFS_SKIP_SMUDGE: '1',
      ...env,
    },
  });
  if (onProgress) running.stderr.on('data', progressReader(onProgress));
  const { failed, exitCode, stdout, stderr, timedOut } = await running;
  return { ok: !failed, exitCode: exitCode ?? null, stdout, stderr, timedOut };
}

/** git writes `Receiving objects:  42% (…)\r`, many times a second; each full ten percent is told once. */
export function progressReader(tell: (what: string, percent: number) => void): (chunk: Buffer) => void {
  const told = new Map<string, number>();
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/[\r\n]/);
    rest = lines.pop()?.slice(-500) ?? '';
    for (const line of lines) {
      const [, what, digits] = /([A-Z][a-z]+(?: [a-z]+)*):\s+(\d{1,3})%/.exec(line) ?? [];
      if (what === undefined) continue;
      const percent = Math.floor(Number(digits) / 10) * 10;
      if (percent <= (told.get(what) ?? 0)) continue;
      told.set(what, percent);
      tell(what, percent);
    }
  };
}

/** git's own last word, in one line. */
export function reasonOf({ stderr, timedOut, exitCode }: GitResult): string {
  if (timedOut) return 'no end in time';
  const lines = stderr.split(/[\r\n]/).filter((line) => line.trim() !== '');
  const fatal = lines.findLast((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1);
  return fatal?.trim().slice(0, 300) ?? `exit ${exitCode}`;
}
