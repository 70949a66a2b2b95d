// What to do about live sessions when a budget is broken mid-run: rule 4. Judged on measured values only.
import { exceeds } from './load.ts';
import type { Capacity, FleetState, ProductState, Relief, SessionState } from './state.ts';

/** The session to give up first: least priority, then the one with the least work to lose. */
function lowest(
  sessions: readonly SessionState[],
  products: ReadonlyMap<string, ProductState>,
  fifo: boolean,
) {
  const priority = (s: SessionState) => (fifo ? 0 : (products.get(s.product)?.priority ?? 0));
  return sessions.toSorted(
    (a, b) => priority(a) - priority(b) || b.startedAtMs - a.startedAtMs || (a.product < b.product ? -1 : 1),
  )[0];
}

function overMemory(
  state: FleetState,
  products: ReadonlyMap<string, ProductState>,
  capacity: Capacity,
  nowMs: number,
): { reliefs: Relief[]; wakeMs: number | null } {
  const budget = state.limits.maxMemoryBytes;
  const used = capacity.measured?.memoryBytes ?? 0;
  if (budget === null || !exceeds(used, budget)) return { reliefs: [], wakeMs: null };
  const sinceMs = state.memoryOverSinceMs ?? nowMs;
  const numbers = { memoryBytes: used, budgetBytes: budget, sinceMs };
  const tell: Relief = { kind: 'tell', product: null, rule: 'over-memory', numbers };
  const staying = state.sessions.filter((s) => s.state !== 'stopping');
  const remaining = staying.reduce((sum, s) => sum + (s.measured?.memoryBytes ?? 0), 0);
  // A session already stopping may be relief enough.
  const victim = exceeds(remaining, budget)
    ? lowest(staying, products, state.limits.strategy === 'fifo')
    : undefined;
  if (!victim) return { reliefs: [tell], wakeMs: null };
  const graceEndsMs = sinceMs + state.limits.memoryGraceMs;
  if (graceEndsMs > nowMs) return { reliefs: [tell], wakeMs: graceEndsMs };
  return {
    reliefs: [tell, { kind: 'pause', product: victim.product, rule: 'over-memory', numbers }],
    wakeMs: null,
  };
}

/** Reliefs due now, and when the memory grace ends. The same relief is said again while its cause lasts. */
export function relieve(
  state: FleetState,
  products: ReadonlyMap<string, ProductState>,
  capacity: Capacity,
  nowMs: number,
): { reliefs: Relief[]; wakeMs: number | null } {
  const { reliefs, wakeMs } = overMemory(state, products, capacity, nowMs);
  const { limits } = state;
  const cpu = capacity.measured?.cpuCores ?? 0;
  if (limits.maxCpuCores !== null && exceeds(cpu, limits.maxCpuCores))
    reliefs.push({
      kind: 'tell',
      product: null,
      rule: 'over-cpu',
      numbers: { cpuCores: cpu, budgetCores: limits.maxCpuCores },
    });
  const working = state.sessions.filter((s) => s.state !== 'stopping');
  const atLimit = (spentUsd: number | null, limitUsd: number | null): spentUsd is number =>
    spentUsd !== null && limitUsd !== null && spentUsd >= limitUsd;
  const ask = (product: string | null, spentUsd: number, limitUsd: number | null): Relief => ({
    kind: 'ask',
    product,
    rule: 'over-cost',
    numbers: { spentUsd, limitUsd },
  });
  if (working.length > 0 && atLimit(state.spentTodayUsd, limits.maxCostUsdPerDay)) {
    reliefs.push(ask(null, state.spentTodayUsd, limits.maxCostUsdPerDay));
    return { reliefs, wakeMs };
  }
  for (const name of new Set(working.map((s) => s.product))) {
    const product = products.get(name);
    if (product && atLimit(product.spentTodayUsd, product.caps.maxCostUsdPerDay))
      reliefs.push(ask(name, product.spentTodayUsd, product.caps.maxCostUsdPerDay));
  }
  return { reliefs, wakeMs };
}
