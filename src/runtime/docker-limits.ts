// The runtime's container, held to what products.yaml gives the fleet. Three numbers, on the one labelled container.

import type Docker from 'dockerode';
import { FleetError } from '../common/errors.ts';
import { bytes, cores } from '../common/units.ts';
import type { RuntimeLimits } from './channel.ts';

const nanoCpus = (cores: number) => Math.round(cores * 1e9);

/**
 * @param engine bounds a request and names what is wrong with the engine
 * @throws see Channel.limit
 */
export async function limitContainer(
  container: Docker.Container,
  wanted: RuntimeLimits,
  engine: <T>(request: Promise<T>) => Promise<T>,
): Promise<void> {
  const { HostConfig } = await engine(container.inspect());
  const { memoryBytes, cpuCores, processes } = wanted;
  const memory = memoryBytes !== null && memoryBytes !== HostConfig.Memory ? memoryBytes : null;
  const pids = processes !== null && processes !== HostConfig.PidsLimit ? processes : null;
  const changes = {
    // No swap on top: workers that swap make the whole machine slow.
    ...(memory !== null && { Memory: memory, MemorySwap: memory }),
    ...(cpuCores !== null && nanoCpus(cpuCores) !== HostConfig.NanoCpus && { NanoCpus: nanoCpus(cpuCores) }),
    ...(pids !== null && { PidsLimit: pids }),
  };
  if (Object.keys(changes).length === 0) return;
  if (memory !== null || pids !== null) await requireRoom(container, { memory, pids }, engine);
  await engine(container.update(changes)).catch((cause) => {
    throw new FleetError({
      code: 'RUNTIME_LIMITS',
      message: `Expected the engine to hold the runtime to ${describe(wanted)}, got: ${FleetError.wrap(cause).message}`,
      mend: 'Correct scheduling.resource_budget of products.yaml, or set RUNTIME_MEMORY, RUNTIME_CPUS and RUNTIME_PIDS in .env for an engine that cannot change them (rootless without cgroup v2).',
      cause,
    });
  });
}

/**
 * Below what runs the kernel ends processes for want of memory; and for want of processes nothing can be started any
 * more, what would make room neither, though the engine takes the number without a word.
 */
async function requireRoom(
  container: Docker.Container,
  { memory, pids }: { memory: number | null; pids: number | null },
  engine: <T>(request: Promise<T>) => Promise<T>,
): Promise<void> {
  const { memory_stats: stats, pids_stats } = await engine(
    container.stats({ stream: false, 'one-shot': true }),
  );
  // Page cache is given back before anything is killed.
  const cache = stats.stats?.inactive_file ?? stats.stats?.total_inactive_file ?? 0;
  const used = (stats.usage ?? 0) - cache;
  if (memory !== null && used > memory) throw overLimit(`the ${bytes(memory)}`, bytes(used));
  const running = pids_stats?.current ?? 0;
  // One is needed for each program that `ov` or the agent runs.
  if (pids !== null && running >= pids) throw overLimit(`the ${pids} processes`, String(running));
}

function overLimit(given: string, used: string): FleetError {
  return new FleetError({
    code: 'RUNTIME_OVER_LIMIT',
    message: `Expected the runtime to use less than ${given} that products.yaml now gives it, got ${used}.`,
    mend: 'It is held to it as soon as it fits. Pause or stop a product to make room at once.',
  });
}

function describe({ memoryBytes, cpuCores, processes }: RuntimeLimits): string {
  return [
    memoryBytes === null ? '' : bytes(memoryBytes),
    cpuCores === null ? '' : cores(cpuCores),
    processes === null ? '' : `${processes} processes`,
  ]
    .filter(Boolean)
    .join(', ');
}
