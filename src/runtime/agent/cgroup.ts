// What the container as a whole may use and does use, from the cgroup mounted at /sys/fs/cgroup (version
// 2, or version 1). In a container that is the container's own; null where there is none.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** At once: the kernel answers from memory, and a thread of the pool would be waited for longer than that. */
function read(file: string): string | null {
  try {
    return readFileSync(`/sys/fs/cgroup/${file}`, 'utf8');
  } catch {
    return null;
  }
}

function toNumber(text: string | null | undefined): number | null {
  const value = text === null || text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The value after `key` in a file of `key value` lines. */
function field(text: string | null, key: string): number | null {
  return toNumber(text?.match(new RegExp(`^${key} (\\d+)$`, 'm'))?.[1]);
}

/**
 * Cores the runtime may use: what FLEET_CORES says (0: the machine's), else the quota, which may be a fraction, or the
 * machine's. FLEET_CORES is set where fleetd itself makes the quota, as a percentage of this number.
 */
export function coresAllowed(): number {
  const told = toNumber(process.env.FLEET_CORES);
  if (told !== null) return told > 0 ? Math.min(told, cpus().length) : cpus().length;
  const [v2 = null, period2 = null] = (read('cpu.max') ?? '').trim().split(' ');
  const quota = toNumber(v2) ?? toNumber(read('cpu/cpu.cfs_quota_us'));
  const period = toNumber(period2) ?? toNumber(read('cpu/cpu.cfs_period_us'));
  const machine = availableParallelism();
  return quota !== null && period !== null && quota > 0 && period > 0
    ? Math.min(quota / period, machine)
    : machine;
}

/** Bytes the runtime may use. */
export function memoryAllowed(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Bytes in use without the page cache that the kernel would give back first, as `docker stats` counts. */
export function memoryUsed(): number | null {
  const v2 = toNumber(read('memory.current'));
  if (v2 !== null) return v2 - (field(read('memory.stat'), 'inactive_file') ?? 0);
  const v1 = toNumber(read('memory/memory.usage_in_bytes'));
  if (v1 === null) return null;
  return v1 - (field(read('memory/memory.stat'), 'total_inactive_file') ?? 0);
}

/** CPU time used so far, in seconds. */
export function cpuSecondsUsed(): number | null {
  const v2 = field(read('cpu.stat'), 'usage_usec');
  if (v2 !== null) return v2 / 1e6;
  const v1 = toNumber(read('cpuacct/cpuacct.usage'));
  return v1 === null ? null : v1 / 1e9;
}
