// The runtimes of products.yaml, each with a link of its own. One that is as it was keeps its link when the file changes.
import type { Logger } from 'pino';
import type { Registry, RuntimeEntry } from '../registry/registry.ts';
import type { Channel } from '../runtime/channel.ts';
import { connectRuntime } from '../runtime/connection.ts';
import type { Engine, NeededPlace } from '../runtime/engine/engine.ts';
import { engineRuntime } from '../runtime/engine/engine-runtime.ts';
import type { LeaseLengths } from '../runtime/lease-terms.ts';
import { onlyRuntime, type Runtime } from '../runtime/runtime.ts';
import { type NamedRuntime, type Place, type Runtimes, routeRuntimes } from '../runtime/runtimes.ts';

export interface KeptRuntimes {
  runtime: Runtimes;
  /** Called whenever products.yaml may be another. */
  check(): void;
}

/**
 * @param options.fleet      its id: who holds the leases of named runtimes
 * @param options.epoch      of the fleet: a runtime refuses the lower one
 * @param options.lease      how long each lease holds
 * @param options.local      the way to fleetd's own runtime: `kind: local`, and the only one where none is named
 * @param options.channelOf  the way to each other one
 * @param options.engineOf   what makes a container for each product of it; null: it is one place for all
 * @param options.needed     what a product is predicted to use
 * @param options.placement  where the journal says that a product is
 */
export function keepRuntimes(options: {
  fleet: string;
  epoch: number;
  lease?: LeaseLengths;
  registry: { current(): Pick<Registry, 'runtimes' | 'workspaceRoot'> };
  placement(product: string): Place | null;
  local: Channel;
  channelOf(entry: RuntimeEntry): Channel;
  engineOf(entry: RuntimeEntry): Engine | null;
  needed(product: string): NeededPlace;
  log: Logger;
}): KeptRuntimes {
  const { registry, local, log } = options;
  const kept = new Map<string, { print: string; runtime: Runtime }>();
  const runtime = routeRuntimes({
    placeOf: (product) =>
      registry.current().runtimes === null ? { runtime: onlyRuntime } : options.placement(product),
    workspaceRoot: () => registry.current().workspaceRoot,
  });

  function open(name: string, entry: RuntimeEntry | null): NamedRuntime {
    const isLocal = entry === null || entry.kind === 'local';
    // Limits and labels are the scheduler's: they open no other way.
    const print = isLocal
      ? 'local'
      : JSON.stringify({ ...entry, maxMemoryBytes: 0, maxCpuPercent: 0, labels: [] });
    const known = kept.get(name);
    if (known?.print === print) return { name, runtime: known.runtime, local: isLocal };
    const onLog = (line: string) => log.info({ from: 'agent', ...(entry && { runtime: name }) }, line);
    const lease = isLocal
      ? undefined
      : { ...options.lease, fleet: options.fleet, runtime: name, epoch: options.epoch };
    const engine = isLocal ? null : options.engineOf(entry);
    const opened =
      engine === null
        ? connectRuntime({
            channel: isLocal ? local : options.channelOf(entry),
            ...(lease && { lease }),
            onLog,
          })
        : engineRuntime({ name, engine, needed: options.needed, ...(lease && { lease }), onLog });
    kept.set(name, { print, runtime: opened });
    return { name, runtime: opened, local: isLocal };
  }

  function check(): void {
    const { runtimes } = registry.current();
    const now =
      runtimes === null ? [open(onlyRuntime, null)] : runtimes.map((entry) => open(entry.name, entry));
    const names = new Set(now.map(({ name }) => name));
    for (const name of kept.keys()) if (!names.has(name)) kept.delete(name);
    runtime.set(now);
  }

  check();
  return { runtime, check };
}
