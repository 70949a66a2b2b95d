// Journal + registry + measurements → the plain data that decide() takes. Reads only.
import { schedulingDefaults } from '../scheduler/index.ts';
import type { FleetState, Footprint } from '../scheduler/state.ts';
import type { FleetContext } from './context.ts';
import { coordinatorAlive } from './reconcile.ts';

/** Sessions that a human started by hand count too: they use the same slots and memory. */
const notOurs = (product: string): string => `started by hand on ${product}`;

export function schedulerState(context: FleetContext): FleetState {
  const { journal, observations, footprints, runtime, tuning } = context;
  const registry = context.registry.current();
  const { scheduling } = registry;
  const link = runtime.link();
  const cores = link.state === 'connected' ? link.info.cores : null;
  const served = journal.servedMs();
  const live = journal.liveSessions();

  return {
    limits: {
      ...schedulingDefaults,
      startPacingMs: tuning.startPacingMs,
      maxConcurrentSessions: scheduling.maxConcurrentSessions,
      maxLiveSessions: scheduling.maxLiveSessions,
      strategy: scheduling.strategy,
      maxCpuCores:
        scheduling.budget.maxCpuPercent === null || cores === null
          ? null
          : (cores * scheduling.budget.maxCpuPercent) / 100,
      maxMemoryBytes: scheduling.budget.maxMemoryBytes,
      maxCostUsdPerDay: scheduling.budget.maxCostUsdPerDay,
    },
    products: registry.products.map((p) => ({
      name: p.name,
      type: p.type,
      startable: p.overstory && (observations.get(p.name)?.snapshot.health ?? 'ok') === 'ok',
      priority: p.priority,
      resourceWeight: p.resourceWeight,
      learned: null,
      paused: null,
      breaker: { failures: 0, openUntilMs: null },
      servedMs: served.get(p.name) ?? 0,
      spentTodayUsd: null,
      caps: {
        maxCpuCores: p.caps.maxCpuCores,
        maxMemoryBytes: p.caps.maxMemoryBytes,
        maxCostUsdPerDay: p.caps.maxCostUsdPerDay,
      },
    })),
    objectives: [...journal.openObjectives(), ...journal.endedNeeds()].map((o) => ({
      id: o.id,
      product: o.product,
      state: o.state,
      queuedAtMs: o.createdAtMs,
      arrival: o.n,
      needs: o.needs,
      paused: null,
      notBeforeMs: o.notBeforeMs,
      expectedMs: null,
      expectedCostUsd: null,
    })),
    sessions: [
      ...live.map((s) => ({
        product: s.product,
        objective: s.objective,
        state: s.state as 'starting' | 'running' | 'stopping',
        startedAtMs: s.startingAtMs,
        measured: measured(footprints.get(s.product)),
        waitingOnHuman: false,
        reservedCostUsd: null,
      })),
      ...[...observations]
        .filter(([name, o]) => coordinatorAlive(o.snapshot) && !live.some((s) => s.product === name))
        .map(([name, o]) => ({
          product: name,
          objective: notOurs(name),
          state: 'running' as const,
          startedAtMs: Date.parse(o.snapshot.coordinator?.startedAt ?? '') || o.receivedAtMs,
          measured: measured(footprints.get(name)),
          waitingOnHuman: false,
          reservedCostUsd: null,
        })),
    ],
    memoryOverSinceMs: null,
    lastStartMs: journal.lastStartMs(),
    spentTodayUsd: null,
  };
}

function measured(
  footprint: { memoryBytes: number | null; cpuCores: number | null } | undefined,
): Footprint | null {
  if (!footprint || footprint.memoryBytes === null) return null;
  return { memoryBytes: footprint.memoryBytes, cpuCores: footprint.cpuCores ?? 0 };
}
