// CPU used between two looks at a product's processes. A process's ticks include those of children that
// ended and were waited for, so short-lived commands (git, a compiler) between two looks are counted.
import { type ProcessEntry, ticksPerSecond } from './processes.ts';

interface Look {
  atTicks: number;
  byPid: Map<number, ProcessEntry>;
}

/** Looks closer together than this say nothing at a resolution of 10 ms: the previous figure stands. */
const shortestTicks = ticksPerSecond / 5;

export class CpuMeter {
  #last: Look | null = null;
  #cores: number | null = null;

  /**
   * @param atTicks when the processes were read, in ticks since boot
   * @returns cores used on average since the previous call; null at the first
   */
  measure(processes: ProcessEntry[], atTicks: number): number | null {
    const last = this.#last;
    if (last !== null && atTicks - last.atTicks < shortestTicks) return this.#cores;
    const now: Look = { atTicks, byPid: new Map(processes.map((entry) => [entry.pid, entry])) };
    this.#last = now;
    if (last !== null) {
      const used = usedBetween(last, now);
      this.#cores = Math.max(0, used) / (atTicks - last.atTicks);
    }
    return this.#cores;
  }
}

function same(entry: ProcessEntry, look: Look): ProcessEntry | undefined {
  const found = look.byPid.get(entry.pid);
  return found?.startTicks === entry.startTicks ? found : undefined;
}

function usedBetween(last: Look, now: Look): number {
  let ticks = 0;
  for (const entry of now.byPid.values()) {
    const before = same(entry, last);
    // One that is older than the last look but was not this product's then has used nothing here yet.
    if (before !== undefined) ticks += entry.cpuTicks - before.cpuTicks;
    else if (entry.startTicks >= last.atTicks) ticks += entry.cpuTicks;
  }
  for (const gone of last.byPid.values())
    if (same(gone, now) === undefined && inherited(gone, last, now)) ticks -= gone.cpuTicks;
  return ticks;
}

/** Whether the ticks of a process that ended are now among those of a parent we still count. */
function inherited(gone: ProcessEntry, last: Look, now: Look): boolean {
  const seen = new Set<number>();
  for (
    let at = last.byPid.get(gone.parent);
    at !== undefined && !seen.has(at.pid);
    at = last.byPid.get(at.parent)
  ) {
    if (same(at, now) !== undefined) return true;
    seen.add(at.pid);
  }
  return false;
}
