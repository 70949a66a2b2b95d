// What chat changed on top of products.yaml: kept in the journal, laid over the registry here. The file itself is
// never written.

import { fleetScope } from '../../journal/events.ts';
import type { Journal, OverrideRow } from '../../journal/journal.ts';
import type { Product, Registry } from '../../registry/registry.ts';

/** Value of the key `paused`. by memory or cost: the scheduler's rule 4. */
export interface PauseValue {
  reason: string;
  by: 'human' | 'memory' | 'cost';
}
export type Paused = PauseValue & { sinceMs: number };

/** Value of a cap: in sessions, bytes, cores (of a product), percent of the cores (of the fleet) or USD; null: no limit. */
export interface CapValue {
  limit: number | null;
}

export interface Overrides {
  rows: readonly OverrideRow[];
  paused: ReadonlyMap<string, Paused>;
  /** products.yaml with live priorities, caps and limits in place of its own */
  registry: Registry;
}

const known = new WeakMap<Registry, Overrides>();

/** Made again when one of them or products.yaml changed. */
export function overridesOf(journal: Journal, registry: Registry): Overrides {
  const rows = journal.overrides();
  const before = known.get(registry);
  if (before?.rows === rows) return before;
  const fresh = laidOver(rows, registry);
  known.set(registry, fresh);
  return fresh;
}

function laidOver(rows: readonly OverrideRow[], registry: Registry): Overrides {
  const values = new Map(rows.map((row) => [`${row.scope} ${row.key}`, row.value]));
  const limit = <T extends number | null>(scope: string, key: string, otherwise: T): T | number => {
    const cap = values.get(`${scope} ${key}`) as CapValue | undefined;
    return cap === undefined ? otherwise : (cap.limit as T);
  };
  const { scheduling } = registry;
  const slots = limit(fleetScope, 'slots', scheduling.maxConcurrentSessions);
  return {
    rows,
    paused: new Map(
      rows
        .filter(({ key }) => key === 'paused')
        .map(({ scope, value, sinceMs }) => [scope, { ...(value as PauseValue), sinceMs }]),
    ),
    registry: {
      ...registry,
      products: registry.products.map(
        (p): Product => ({
          ...p,
          priority: (values.get(`${p.name} priority`) as number | undefined) ?? p.priority,
          caps: {
            ...p.caps,
            maxCpuCores: limit(p.name, 'cpu', p.caps.maxCpuCores),
            maxMemoryBytes: limit(p.name, 'memory', p.caps.maxMemoryBytes),
            maxCostUsdPerDay: limit(p.name, 'cost', p.caps.maxCostUsdPerDay),
          },
        }),
      ),
      scheduling: {
        ...scheduling,
        maxConcurrentSessions: slots,
        // With more slots than sessions may live, the limit of live sessions rises with them.
        maxLiveSessions: limit(fleetScope, 'live', Math.max(scheduling.maxLiveSessions, slots)),
        budget: {
          maxCpuPercent: limit(fleetScope, 'cpu', scheduling.budget.maxCpuPercent),
          maxMemoryBytes: limit(fleetScope, 'memory', scheduling.budget.maxMemoryBytes),
          maxCostUsdPerDay: limit(fleetScope, 'cost', scheduling.budget.maxCostUsdPerDay),
        },
      },
    },
  };
}
