// Hand-made fleets for the tests that are about one thing.
import {
  type FleetState,
  type ObjectiveState,
  type ProductState,
  type SessionState,
  schedulingDefaults,
} from '../../src/scheduler/index.ts';

export const nowMs = 1_800_000_000_000;
export const minute = 60_000;
export const gib = 1_073_741_824;

export function product(name: string, fields: Partial<ProductState> = {}): ProductState {
  return {
    name,
    type: 'code',
    account: { name: 'default', closed: null, held: null },
    startable: true,
    priority: 50,
    resourceWeight: 1,
    learned: null,
    paused: null,
    breaker: { failures: 0, openUntilMs: null },
    servedMs: 0,
    lastEndedMs: null,
    memoryOverSinceMs: null,
    spentTodayUsd: null,
    caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: null },
    ...fields,
  };
}

/** `obj-7` arrives seventh. */
export function objective(id: string, of: string, fields: Partial<ObjectiveState> = {}): ObjectiveState {
  return {
    id,
    product: of,
    state: 'queued',
    queuedAtMs: nowMs - minute,
    arrival: Number(id.replace('obj-', '')),
    needs: [],
    paused: null,
    notBeforeMs: null,
    expectedMs: null,
    expectedCostUsd: null,
    ...fields,
  };
}

export function session(of: string, id: string, fields: Partial<SessionState> = {}): SessionState {
  return {
    product: of,
    objective: id,
    state: 'running',
    startedAtMs: nowMs - 8 * minute,
    measured: null,
    waitingOnHuman: false,
    limited: false,
    reservedCostUsd: null,
    ...fields,
  };
}

export function fleet(
  fields: Partial<Omit<FleetState, 'limits'>>,
  limits: Partial<FleetState['limits']> = {},
): FleetState {
  return {
    limits: {
      ...schedulingDefaults,
      maxConcurrentSessions: 2,
      maxLiveSessions: 4,
      strategy: 'priority-weighted',
      maxCpuCores: null,
      maxMemoryBytes: null,
      maxCostUsdPerDay: null,
      ...limits,
    },
    products: ['product-a', 'product-b', 'product-c', 'product-d'].map((name) => product(name)),
    objectives: [],
    sessions: [],
    lastStartMs: null,
    memoryOverSinceMs: null,
    spentTodayUsd: null,
    ...fields,
  };
}
