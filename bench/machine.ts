// What the machine says of itself and of a process: /proc only.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { median } from './figure.ts';

/** USER_HZ: what /proc counts CPU time in, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Machine {
  cores: number;
  model: string;
  node: string;
  /** median wall of `node -e 0`, ms: the measure of this machine, now */
  nodeMs: number;
}

export function describeMachine(): Machine {
  const once = () => {
    const started = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    return performance.now() - started;
  };
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    nodeMs: median(Array.from({ length: 11 }, once)),
  };
}

/** CPU seconds of a process and of its children that ended. Resolution 10 ms. */
export const cpuSeconds = (pid: number | 'self'): number => ticksOf(pid, 0, 4) / ticksPerSecond;

/** CPU seconds of our own children that ended, and of theirs. Resolution 10 ms: take the sum of many. */
export const childrenCpuSeconds = (): number => ticksOf('self', 2, 4) / ticksPerSecond;

/** The sum of some of utime, stime, cutime, cstime. */
function ticksOf(pid: number | 'self', from: number, to: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // fields[0] is field 3 of proc(5): utime to cstime are 14 to 17.
  return fields.slice(11 + from, 11 + to).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** Resident memory, in MB of 1,000,000 bytes. */
export function residentMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/** What is its own of resident memory, and its share of what it has with others, in MB of 1,000,000 bytes. */
export function proportionalMb(pid: number): number {
  const line = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return (Number(line?.[1] ?? Number.NaN) * 1024) / 1e6;
}

export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
