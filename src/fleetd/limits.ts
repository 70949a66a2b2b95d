// Keeps the runtime held to what products.yaml gives it: when the link comes up, when the file changes, and again
// while it does not fit yet. What chat changes does not come here: caps in chat are the scheduler's.
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { bytes, cores } from '../common/units.ts';
import type { Finding } from '../contract/doctor.ts';
import type { Scheduling } from '../registry/registry.ts';
import type { Channel, RuntimeLimits } from '../runtime/channel.ts';

/** The kernel is the last resort: fleetd stops admitting and pauses at the budget itself, and needs room to do so. */
const margin = 1.1;
/** fleet-agent, tmux and `ov` itself, which no budget counts. Bytes. */
const leastMargin = 512 * 1024 ** 2;
const againMs = 60_000;

/** @param cores that the runtime may use when nothing limits it: max_cpu_percent is of these */
export function limitsOf({ budget }: Scheduling, cores: number): RuntimeLimits {
  const { maxMemoryBytes: memory, maxCpuPercent: percent, maxProcesses = null } = budget;
  return {
    memoryBytes: memory === null ? null : Math.round(Math.max(memory * margin, memory + leastMargin)),
    // hundredths, as the engine takes them
    cpuCores: percent === null ? null : Math.min(cores, Math.round(cores * percent * margin) / 100),
    processes: maxProcesses,
  };
}

export interface LimitKeeper {
  /** Called whenever products.yaml or the runtime may be another. */
  check(): void;
  /** For `fleet doctor`. */
  finding(): Finding;
  close(): void;
}

export function keepLimits(options: {
  channel: Channel;
  scheduling: () => Scheduling;
  cores: number;
  clock: Clock;
  log: Logger;
}): LimitKeeper {
  const { channel, clock, log } = options;
  let error: FleetError | null = null;
  let held: RuntimeLimits | null = null;
  let busy = false;
  /** Asked for while the engine was at it. */
  let again = false;
  let closed = false;
  let cancel = () => {};

  async function apply(): Promise<void> {
    if (channel.limit === undefined || closed) return;
    again = busy;
    if (busy) return;
    busy = true;
    cancel();
    const wanted = limitsOf(options.scheduling(), options.cores);
    try {
      await channel.limit(wanted);
      if (error !== null || JSON.stringify(wanted) !== JSON.stringify(held))
        log.info({ limits: wanted }, 'the runtime is held to what products.yaml gives it');
      [held, error] = [wanted, null];
    } catch (thrown) {
      const now = FleetError.wrap(thrown);
      if (now.message !== error?.message) log.warn({ code: now.code }, `${now.message} ${now.mend}`);
      error = now;
      if (!closed) cancel = clock.after(againMs, () => void apply());
    }
    busy = false;
    if (again) await apply();
  }

  return {
    check: () => void apply(),
    finding() {
      const common = { check: 'limits', product: null };
      if (error !== null)
        return { ...common, state: 'warning', says: `${error.code}: ${error.message}`, mend: error.mend };
      const says = channel.limit === undefined ? 'none here: this machine is the runtime' : said(held);
      return { ...common, state: 'ok', says, mend: null };
    },
    close() {
      closed = true;
      cancel();
    },
  };
}

function said(held: RuntimeLimits | null): string {
  if (held === null) return 'not asked of the engine yet';
  const parts = [
    held.memoryBytes === null ? '' : bytes(held.memoryBytes),
    held.cpuCores === null ? '' : cores(held.cpuCores),
    held.processes === null ? '' : `${held.processes} processes`,
  ].filter(Boolean);
  return parts.length === 0
    ? 'products.yaml gives none; those of .env hold'
    : `the engine holds the runtime to ${parts.join(', ')}`;
}
