// What is in use of the budget, and what there is.
import type { FleetStatus } from '../api/contract.ts';
import type { FleetContext } from './context.ts';
import { schedulerState, startOfDayMs } from './scheduler-state.ts';

export function capacityOf(context: FleetContext): FleetStatus['capacity'] {
  const { limits, sessions, spentTodayUsd } = schedulerState(context);
  const measured = sessions.flatMap((s) => s.measured ?? []);
  return {
    slotsUsed: sessions.filter((s) => !s.waitingOnHuman).length,
    slots: limits.maxConcurrentSessions,
    liveSessions: sessions.length,
    maxLiveSessions: limits.maxLiveSessions,
    memoryBytes: measured.length > 0 ? measured.reduce((sum, m) => sum + m.memoryBytes, 0) : null,
    maxMemoryBytes: limits.maxMemoryBytes,
    container: context.container,
    cpuCores: measured.length > 0 ? measured.reduce((sum, m) => sum + m.cpuCores, 0) : null,
    maxCpuCores: limits.maxCpuCores,
    spentTodayUsd,
    maxCostUsdPerDay: limits.maxCostUsdPerDay,
    today: sessionsToday(context),
  };
}

function sessionsToday({ journal, clock }: FleetContext): FleetStatus['capacity']['today'] {
  const each = [...journal.spent(startOfDayMs(clock.nowMs())).values()];
  const tokens = each.flatMap((product) => product.tokens ?? []);
  return {
    sessions: each.reduce((sum, { sessions }) => sum + sessions, 0),
    unpriced: each.reduce((sum, { unpriced }) => sum + unpriced, 0),
    tokens: tokens.length === 0 ? null : tokens.reduce((sum, n) => sum + n, 0),
  };
}
