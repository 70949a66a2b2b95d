// What is in use of the budget, and what there is.
import type { FleetStatus } from '../../contract/status.ts';
import { holdsSlot } from '../../scheduler/index.ts';
import type { FleetContext } from '../context.ts';
import { schedulerState, startOfDayMs } from './scheduler-state.ts';

export function capacityOf(context: FleetContext): FleetStatus['capacity'] {
  const { limits, sessions, spentTodayUsd, ...state } = schedulerState(context);
  const products = new Map(state.products.map((product) => [product.name, product]));
  const nowMs = context.clock.nowMs();
  const measured = sessions.flatMap((s) => s.measured ?? []);
  // Nothing at work uses nothing; of what works and is not measured yet nobody knows.
  const used = (pick: (one: { memoryBytes: number; cpuCores: number }) => number) =>
    sessions.length > 0 && measured.length === 0 ? null : measured.reduce((sum, one) => sum + pick(one), 0);
  const today = spentToday(context);
  return {
    slotsUsed: sessions.filter((s) => holdsSlot(s, products.get(s.product), nowMs)).length,
    slots: limits.maxConcurrentSessions,
    liveSessions: sessions.length,
    maxLiveSessions: limits.maxLiveSessions,
    memoryBytes: used((one) => one.memoryBytes),
    maxMemoryBytes: limits.maxMemoryBytes,
    // Of several runtimes each has its own, in `runtimes`.
    container: context.containers.size === 1 ? ([...context.containers.values()][0] ?? null) : null,
    cpuCores: used((one) => one.cpuCores),
    maxCpuCores: limits.maxCpuCores,
    spentTodayUsd: today.sessions + today.turns === 0 ? 0 : spentTodayUsd,
    maxCostUsdPerDay: limits.maxCostUsdPerDay,
    today,
  };
}

function spentToday({ journal, clock }: FleetContext): FleetStatus['capacity']['today'] {
  const each = [...journal.spent(startOfDayMs(clock.nowMs())).values()];
  const tokens = each.flatMap((product) => product.tokens ?? []);
  return {
    sessions: each.reduce((sum, { sessions }) => sum + sessions, 0),
    turns: each.reduce((sum, { turns }) => sum + turns, 0),
    unpriced: each.reduce((sum, { unpriced }) => sum + unpriced, 0),
    tokens: tokens.length === 0 ? null : tokens.reduce((sum, n) => sum + n, 0),
  };
}
