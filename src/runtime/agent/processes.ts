// Every process of this machine as /proc shows it, read once per call. proc(5) is the source of the
// field numbers; what a process hides or takes with it while we read is left out.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** USER_HZ: what /proc counts CPU time in, 100 on every Linux that Node runs on. */
export const ticksPerSecond = 100;

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** clock ticks since boot: with the pid it names one process for ever */
  startTicks: number;
  command: string;
  /** CPU ticks of the process and of its children that ended and were waited for */
  cpuTicks: number;
  /** null when it may not be read (another user's process) */
  cwd: string | null;
}

/** Reads one line of /proc/<pid>/stat; the command may hold spaces, newlines and parentheses. */
export function parseStat(text: string): Omit<ProcessEntry, 'cwd'> | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  // rest[0] is field 3 (state), so field n is rest[n - 3].
  const rest = text.slice(close + 2).split(' ');
  const field = (n: number) => Number(rest[n - 3]);
  const entry = {
    pid: Number(text.slice(0, open)),
    parent: field(4),
    startTicks: field(22),
    command: text.slice(open + 1, close),
    cpuTicks: field(14) + field(15) + field(16) + field(17),
  };
  const whole = [entry.pid, entry.parent, entry.startTicks, entry.cpuTicks].every(Number.isSafeInteger);
  // A zombie (Z) or a dead one (X) uses nothing and cannot be stopped: it waits for its parent only.
  return whole && rest[0] !== 'Z' && rest[0] !== 'X' ? entry : null;
}

async function readProcess(pid: string): Promise<ProcessEntry | null> {
  try {
    const [text, cwd] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readlink(`/proc/${pid}/cwd`).catch(() => null),
    ]);
    const entry = parseStat(text);
    return entry === null ? null : { ...entry, cwd: cwd?.replace(/ \(deleted\)$/, '') ?? null };
  } catch {
    return null;
  }
}

/** @returns null where there is no /proc */
export async function readProcesses(): Promise<ProcessEntry[] | null> {
  const names = await readdir('/proc').catch(() => null);
  if (names === null) return null;
  const pids = names.filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return null;
  const entries = await Promise.all(pids.map(readProcess));
  return entries.filter((entry) => entry !== null);
}

/** Ticks since boot, on the same scale as startTicks. */
export async function ticksNow(): Promise<number> {
  const text = await readFile('/proc/uptime', 'utf8');
  return Math.floor(Number(text.split(' ')[0]) * ticksPerSecond);
}

/** Proportional set size in bytes; resident size where the kernel does not tell (another user's process). */
export async function memoryOf(pid: number): Promise<number> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const kilobytes =
    /^Pss:\s+(\d+) kB$/m.exec(await read('smaps_rollup')) ??
    /^VmRSS:\s+(\d+) kB$/m.exec(await read('status'));
  return kilobytes === null ? 0 : Number(kilobytes[1]) * 1024;
}

/** Its words; empty when it may not be read. */
export async function argvOf(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
}

/** As `NAME=value`; empty when it may not be read (another user's process). */
export async function environmentOf(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
}

/** The program's name: a runtime such as Node calls its main thread something else. Its arguments stay unread. */
export async function programOf({ pid, command }: ProcessEntry): Promise<string> {
  return basename((await argvOf(pid))[0] ?? '') || command;
}
