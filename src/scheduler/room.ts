// The room that is left in the fleet: what is lacking in it, and what takes and gives back of it.
import { exceeds } from './load.ts';
import { breaksCost } from './ready.ts';
import type { Capacity, Footprint, Numbers, ObjectiveState } from './state.ts';

/** What else the fleet lacks, in the order it is named when several hold. */
export function lack(
  after: Capacity,
  objective: ObjectiveState,
  predicted: Footprint,
): { rule: 'memory' | 'cpu' | 'cost'; numbers: Numbers } | null {
  const { committed, measured, maxMemoryBytes, maxCpuCores, maxCostUsdPerDay } = after;
  if (maxMemoryBytes !== null && exceeds(committed.memoryBytes + predicted.memoryBytes, maxMemoryBytes))
    return {
      rule: 'memory',
      numbers: { used: committed.memoryBytes, predicted: predicted.memoryBytes, max: maxMemoryBytes },
    };
  if (maxCpuCores !== null && exceeds(committed.cpuCores + predicted.cpuCores, maxCpuCores))
    return {
      rule: 'cpu',
      numbers: {
        used: committed.cpuCores,
        measured: measured?.cpuCores ?? null,
        predicted: predicted.cpuCores,
        max: maxCpuCores,
      },
    };
  const { expectedCostUsd } = objective;
  const knownUsd = (after.spentTodayUsd ?? 0) + after.reservedUsd;
  if (maxCostUsdPerDay !== null && breaksCost(knownUsd, expectedCostUsd, maxCostUsdPerDay))
    return {
      rule: 'cost',
      numbers: {
        scope: 'fleet',
        spentUsd: after.spentTodayUsd,
        reservedUsd: after.reservedUsd,
        expectedUsd: expectedCostUsd,
        limitUsd: maxCostUsdPerDay,
      },
    };
  return null;
}

/**
 * Whether this one could start when sessions end, so that holding others back helps: they give back everything but the
 * money that is spent, which is gone until tomorrow.
 */
export function drainingHelps(
  { expectedCostUsd }: ObjectiveState,
  { spentTodayUsd, maxCostUsdPerDay }: Capacity,
) {
  return maxCostUsdPerDay === null || !breaksCost(spentTodayUsd ?? 0, expectedCostUsd, maxCostUsdPerDay);
}

/** The room there is for who takes this session over: its own part given back. It waits for nobody: it holds a slot. */
export function givenBack(after: Capacity, taken: Footprint): Capacity {
  return {
    ...after,
    slotsUsed: after.slotsUsed - 1,
    liveSessions: after.liveSessions - 1,
    committed: {
      cpuCores: after.committed.cpuCores - taken.cpuCores,
      memoryBytes: after.committed.memoryBytes - taken.memoryBytes,
    },
  };
}

/** Counts one admission in. */
export function take(after: Capacity, objective: ObjectiveState, predicted: Footprint): void {
  after.slotsUsed += 1;
  after.liveSessions += 1;
  after.committed = {
    cpuCores: after.committed.cpuCores + predicted.cpuCores,
    memoryBytes: after.committed.memoryBytes + predicted.memoryBytes,
  };
  after.reservedUsd += objective.expectedCostUsd ?? 0;
}
