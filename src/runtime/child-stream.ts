// A child process as a byte stream: its stdin and stdout are the stream, its stderr is read line by line. For every
// channel whose way is a program (an agent beside us, OpenSSH, kubectl).
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { FleetError } from '../common/errors.ts';
import { inOneLineOf } from '../common/one-line.ts';
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

/** A far side that prints more than this before the agent begins is none of ours. Bytes. */
export const mostNoise = 64 * 1024;

/** A far side that is in reach and hangs; a link has 30 s to open. */
const loginMs = 25_000;

/**
 * Starts a child that brings us to a far side, and reads on to the line by which that says that the agent comes next,
 * whatever a login prints before it; what follows it is left in the stream.
 * @param fault  of the end of a child that ended before; of null: it printed more than `mostNoise`
 * @returns words: what that line says besides
 */
export async function startAfterLine(
  options: ChildOptions,
  ready: string,
  fault: (end: ChildEnd | null) => FleetError,
): Promise<{ stream: ChildStream; words: string }> {
  const stream = await startChild(options);
  const late = setTimeout(() => stream.close(), loginMs);
  try {
    return { stream, words: await afterLine(stream, ready, fault) };
  } catch (error) {
    await stream.close();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

function afterLine(
  { reader, ended }: ChildStream,
  ready: string,
  fault: (end: ChildEnd | null) => FleetError,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    // Not by 'data': a stream that was paused by hand stays so for whoever reads it next.
    const take = () => {
      let to = -1;
      let from = -1;
      for (let chunk = reader.read(); chunk !== null; chunk = reader.read()) {
        seen = Buffer.concat([seen, chunk]);
        from = seen.indexOf(ready);
        to = from < 0 ? -1 : seen.indexOf('\n', from);
        if (to >= 0 || seen.length > mostNoise) break;
      }
      if (to < 0 && seen.length <= mostNoise) return;
      reader.off('readable', take);
      if (to < 0) return reject(fault(null));
      if (to + 1 < seen.length) reader.unshift(seen.subarray(to + 1));
      resolve(inOneLineOf(seen.toString('utf8', from + ready.length, to)));
    };
    reader.on('readable', take);
    void ended.then((end) => reject(fault(end)));
  });
}
