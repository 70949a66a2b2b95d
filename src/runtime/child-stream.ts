// A child process as a byte stream: its stdin and stdout are the stream, its stderr is read line by line. For every
// channel whose way is a program (an agent beside us, OpenSSH, kubectl).
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { FleetError } from '../common/errors.ts';
import { readLines } from './log-lines.ts';

export interface ChildOptions {
  /** never a shell string */
  argv: [string, ...string[]];
  /** its whole environment */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** One line of its stderr. */
  onLog?: ((line: string) => void) | undefined;
}

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** the last lines of its stderr, at most `keptLines` */
  lines: string[];
}

export interface ChildStream {
  reader: Readable;
  writer: Writable;
  /** Resolves once, when what it wrote has been read; never rejects. */
  ended: Promise<ChildEnd>;
  /** Ends its stdin, on which it should leave; kills it when it does not. Idempotent. */
  close(): Promise<void>;
}

/** How long a child may take to leave after the end of its stdin before it is killed. */
const leaveMs = 2_000;
/** What it wrote before it ended may still be in the pipe: that is read first. */
const drainMs = 500;
const keptLines = 20;

/** @throws FleetError RUNTIME_UNREACHABLE: the program cannot be started */
export async function startChild({
  argv: [file, ...args],
  env,
  cwd,
  onLog,
}: ChildOptions): Promise<ChildStream> {
  // A session and process group of its own: Ctrl-C in the terminal reaches fleetd, which ends the child in order, and
  // no child asks anything on our terminal.
  const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  // A write to a child that is gone is noticed by `ended`.
  child.stdin.on('error', () => {});
  child.stdout.on('error', () => {});
  const lines: string[] = [];
  readLines(child.stderr, (line) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    onLog?.(line);
  });

  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      const say = () => {
        clearTimeout(timer);
        resolve({ code, signal, lines });
      };
      const timer = setTimeout(say, drainMs);
      child.once('close', say);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(
        new FleetError({
          code: 'RUNTIME_UNREACHABLE',
          message: `Expected to start ${file} in ${cwd}, got ${cause.message}.`,
          mend: 'Check that the program and the folder exist and may be used by this user.',
          cause,
        }),
      ),
    );
  });
  return {
    reader: child.stdout,
    writer: child.stdin,
    ended,
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), leaveMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** e.g. `fleet-agent ended (exit 1): its last words` */
export function howEnded(who: string, { code, signal, lines }: ChildEnd): string {
  const last = lines.at(-1) ?? '';
  return `${who} ended (${signal ?? `exit ${code}`})${last === '' ? '' : `: ${last.slice(0, 300)}`}`;
}
