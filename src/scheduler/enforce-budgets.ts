// What to do about live sessions when a budget is broken mid-run: rule 4. Judged on measured values only, of the fleet
// and of each product by its own caps.
import { exceeds } from './load.ts';
import type { ByName, Capacity, Enforcement, FleetState, Numbers, SessionState } from './state.ts';

interface Enforcements {
  enforcements: Enforcement[];
  /** when the next memory grace ends; Infinity: none runs */
  wakeMs: number;
}

type Products = ByName;

/** Those a pause can stop: not on their way already, and not started by hand. */
const ours = ({ state, adoptable }: SessionState): boolean => state !== 'stopping' && !adoptable;
const memoryOf = (session: SessionState): number => session.measured?.memoryBytes ?? 0;

/** The session to give up first: least priority, then the one with the least work to lose. */
function lowest(sessions: readonly SessionState[], products: Products, fifo: boolean) {
  const priority = (s: SessionState) => (fifo ? 0 : (products.get(s.product)?.priority ?? 0));
  return sessions.toSorted(
    (a, b) => priority(a) - priority(b) || b.startedAtMs - a.startedAtMs || (a.product < b.product ? -1 : 1),
  )[0];
}

/** Tells at once; after the grace also pauses the victim, where pausing one would help. */
function overMemory(
  { limits }: FleetState,
  scope: 'fleet' | 'product',
  product: string | null,
  numbers: Numbers & { sinceMs: number },
  victim: SessionState | undefined,
  nowMs: number,
): Enforcements {
  const tell: Enforcement = { kind: 'tell', product, rule: 'over-memory', numbers: { scope, ...numbers } };
  if (!victim) return { enforcements: [tell], wakeMs: Number.POSITIVE_INFINITY };
  const graceEndsMs = numbers.sinceMs + limits.memoryGraceMs;
  if (graceEndsMs > nowMs) return { enforcements: [tell], wakeMs: graceEndsMs };
  return {
    enforcements: [tell, { ...tell, kind: 'pause', product: victim.product }],
    wakeMs: Number.POSITIVE_INFINITY,
  };
}

function overProductMemory(state: FleetState, products: Products, nowMs: number): Enforcements[] {
  return state.sessions.flatMap((session) => {
    const product = products.get(session.product);
    const cap = product?.caps.maxMemoryBytes ?? null;
    if (!product || cap === null || !exceeds(memoryOf(session), cap)) return [];
    const sinceMs = product.memoryOverSinceMs ?? nowMs;
    const numbers = { memoryBytes: memoryOf(session), budgetBytes: cap, sinceMs };
    const victim = ours(session) ? session : undefined;
    return overMemory(state, 'product', product.name, numbers, victim, nowMs);
  });
}

/** @param leaving products that are paused already in this plan */
function overFleetMemory(
  state: FleetState,
  products: Products,
  { measured }: Capacity,
  leaving: ReadonlySet<string | null>,
  nowMs: number,
): Enforcements[] {
  const budget = state.limits.maxMemoryBytes;
  const used = measured?.memoryBytes ?? 0;
  if (budget === null || !exceeds(used, budget)) return [];
  const staying = state.sessions.filter((s) => s.state !== 'stopping' && !leaving.has(s.product));
  // What is on its way out may be enforcement enough, and what holds nothing is none.
  const victim = exceeds(
    staying.reduce((sum, s) => sum + memoryOf(s), 0),
    budget,
  )
    ? lowest(
        staying.filter((s) => ours(s) && memoryOf(s) > 0),
        products,
        state.limits.strategy === 'fifo',
      )
    : undefined;
  const numbers = { memoryBytes: used, budgetBytes: budget, sinceMs: state.memoryOverSinceMs ?? nowMs };
  return [overMemory(state, 'fleet', null, numbers, victim, nowMs)];
}

function overCpu(state: FleetState, products: Products, { measured }: Capacity): Enforcement[] {
  const tell = (
    scope: string,
    product: string | null,
    cpuCores: number,
    cores: number | null,
  ): Enforcement[] =>
    cores !== null && exceeds(cpuCores, cores)
      ? [
          {
            kind: 'tell',
            product,
            rule: 'over-cpu',
            numbers: { scope, cpuCores, budgetCores: cores },
          },
        ]
      : [];
  return [
    ...tell('fleet', null, measured?.cpuCores ?? 0, state.limits.maxCpuCores),
    ...state.sessions.flatMap(({ product, measured: own }) =>
      tell('product', product, own?.cpuCores ?? 0, products.get(product)?.caps.maxCpuCores ?? null),
    ),
  ];
}

function overCost(state: FleetState, products: Products): Enforcement[] {
  const working = state.sessions.filter((s) => s.state !== 'stopping');
  const ask = (product: string | null, spentUsd: number | null, limitUsd: number | null): Enforcement[] =>
    spentUsd !== null && limitUsd !== null && spentUsd >= limitUsd
      ? [
          {
            kind: 'ask',
            product,
            rule: 'over-cost',
            numbers: { scope: product === null ? 'fleet' : 'product', spentUsd, limitUsd },
          },
        ]
      : [];
  if (working.length === 0) return [];
  const all = ask(null, state.spentTodayUsd, state.limits.maxCostUsdPerDay);
  if (all.length > 0) return all;
  return [...new Set(working.map((s) => s.product))].flatMap((name) => {
    const product = products.get(name);
    return product ? ask(name, product.spentTodayUsd, product.caps.maxCostUsdPerDay) : [];
  });
}

/** Enforcements due now, and when a memory grace ends. The same enforcement is said again while its cause lasts. */
export function enforceBudgets(
  state: FleetState,
  products: Products,
  capacity: Capacity,
  nowMs: number,
): { enforcements: Enforcement[]; wakeMs: number } {
  const ofProducts = overProductMemory(state, products, nowMs);
  const leaving = new Set(
    ofProducts.flatMap(({ enforcements }) =>
      enforcements.filter(({ kind }) => kind === 'pause').map((r) => r.product),
    ),
  );
  const memory = [...overFleetMemory(state, products, capacity, leaving, nowMs), ...ofProducts];
  return {
    enforcements: [
      ...memory.flatMap(({ enforcements }) => enforcements),
      ...overCpu(state, products, capacity),
      ...overCost(state, products),
    ],
    wakeMs: Math.min(...memory.map(({ wakeMs }) => wakeMs)),
  };
}
