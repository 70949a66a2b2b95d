// The rules again, written from "The rules, and why" of src/scheduler/README.md, the slow and obvious way: what the properties judge by.
// Shares no code with src/scheduler.
import type { FleetState, Footprint, ObjectiveState, Plan, ProductState } from '../../src/scheduler/index.ts';

export const startsOf = (plan: Plan) => plan.decisions.filter((decision) => decision.kind === 'start');
export const productOf = (state: FleetState, name: string) => state.products.find((p) => p.name === name);
export const objectiveOf = (state: FleetState, id: string) => state.objectives.find((o) => o.id === id);

export function predicted(state: FleetState, product: ProductState | undefined): Footprint {
  const { weightUnit } = state.limits;
  if (!product) return weightUnit;
  const guess = product.learned ?? {
    cpuCores: product.resourceWeight * weightUnit.cpuCores,
    memoryBytes: product.resourceWeight * weightUnit.memoryBytes,
  };
  return {
    cpuCores: Math.min(guess.cpuCores, product.caps.maxCpuCores ?? Infinity),
    memoryBytes: Math.min(guess.memoryBytes, product.caps.maxMemoryBytes ?? Infinity),
  };
}

/** Σ max(measured, predicted) over live sessions. */
export function committed(state: FleetState): Footprint {
  return state.sessions.reduce(
    (sum, session) => {
      const guess = predicted(state, productOf(state, session.product));
      return {
        cpuCores: sum.cpuCores + Math.max(guess.cpuCores, session.measured?.cpuCores ?? 0),
        memoryBytes: sum.memoryBytes + Math.max(guess.memoryBytes, session.measured?.memoryBytes ?? 0),
      };
    },
    { cpuCores: 0, memoryBytes: 0 },
  );
}

/** Closed by a usage limit at that time. */
export const closed = (product: ProductState | undefined, nowMs: number) =>
  product?.account.closed != null && (product.account.closed.untilMs ?? Infinity) > nowMs;
export const held = (product: ProductState | undefined, nowMs: number) =>
  product?.account.held != null && product.account.held.untilMs > nowMs;

/** Slots held: not by who waits for a human, nor by who waits for a closed account. */
export const slotsUsed = (state: FleetState, nowMs: number) =>
  state.sessions.filter(
    (s) =>
      s.state === 'stopping' ||
      (!s.waitingOnHuman && !(s.limited && closed(productOf(state, s.product), nowMs))),
  ).length;

/** Known money: what is spent and what is reserved; unknown amounts are not counted, and are not zero either. */
export const knownUsd = (state: FleetState) =>
  (state.spentTodayUsd ?? 0) + state.sessions.reduce((sum, s) => sum + (s.reservedCostUsd ?? 0), 0);

export const overCost = (known: number, expected: number | null, limit: number | null) =>
  limit !== null && (known >= limit || (expected !== null && known + expected > limit));

export function neverFits(state: FleetState, objective: ObjectiveState): boolean {
  const product = productOf(state, objective.product);
  const { maxCpuCores, maxMemoryBytes, maxCostUsdPerDay } = state.limits;
  const guess = predicted(state, product);
  return (
    guess.memoryBytes > (maxMemoryBytes ?? Infinity) ||
    guess.cpuCores > (maxCpuCores ?? Infinity) ||
    overCost(0, objective.expectedCostUsd, maxCostUsdPerDay) ||
    overCost(0, objective.expectedCostUsd, product?.caps.maxCostUsdPerDay ?? null) ||
    product?.caps.maxMemoryBytes === 0 ||
    product?.caps.maxCpuCores === 0
  );
}

/** Could start in an empty fleet, now. */
export function ready(state: FleetState, objective: ObjectiveState, nowMs: number): boolean {
  const product = productOf(state, objective.product);
  return (
    objective.state === 'queued' &&
    !objective.paused &&
    (objective.notBeforeMs ?? 0) <= nowMs &&
    objective.needs.every((id) => objectiveOf(state, id)?.state === 'done') &&
    product?.startable === true &&
    !product.paused &&
    (product.breaker.openUntilMs ?? 0) <= nowMs &&
    !closed(product, nowMs) &&
    !held(product, nowMs) &&
    !state.sessions.some((session) => session.product === product.name && !session.adoptable) &&
    !overCost(product.spentTodayUsd ?? 0, objective.expectedCostUsd, product.caps.maxCostUsdPerDay) &&
    !neverFits(state, objective)
  );
}

/** A session of this product that nobody's objective has: to be taken over. */
export const takenOver = (state: FleetState, product: string) =>
  state.sessions.find((session) => session.adoptable && session.product === product);

/** What a session for it is expected to take; at least what the one that is taken over takes. */
export function wouldTake(state: FleetState, { product }: ObjectiveState): Footprint {
  const known = predicted(state, productOf(state, product));
  const there = takenOver(state, product)?.measured;
  return {
    cpuCores: Math.max(known.cpuCores, there?.cpuCores ?? 0),
    memoryBytes: Math.max(known.memoryBytes, there?.memoryBytes ?? 0),
  };
}

/** What the session limits, budgets and money left allow, one more counted in (or one taken over). */
export function fits(
  before: FleetState,
  objective: ObjectiveState,
  nowMs: number,
): Record<'slots' | 'live' | 'memory' | 'cpu' | 'cost', boolean> {
  const { limits } = before;
  const there = takenOver(before, objective.product);
  const state = { ...before, sessions: before.sessions.filter((session) => session !== there) };
  const guess = wouldTake(before, objective);
  const sum = committed(state);
  return {
    slots: slotsUsed(state, nowMs) + 1 <= limits.maxConcurrentSessions,
    live: state.sessions.length + 1 <= limits.maxLiveSessions,
    memory: sum.memoryBytes + guess.memoryBytes <= (limits.maxMemoryBytes ?? Infinity),
    cpu: sum.cpuCores + guess.cpuCores <= (limits.maxCpuCores ?? Infinity),
    cost: !overCost(knownUsd(state), objective.expectedCostUsd, limits.maxCostUsdPerDay),
  };
}

/** Could start when sessions end: what it lacks is not money that is spent already. */
export const drainingHelps = (state: FleetState, objective: ObjectiveState) =>
  !overCost(state.spentTodayUsd ?? 0, objective.expectedCostUsd, state.limits.maxCostUsdPerDay);

/** Since when it waits for the fleet: not for its time, and not for the work before it on its own product. */
export const waitingSince = (state: FleetState, o: ObjectiveState) =>
  Math.max(o.queuedAtMs, o.notBeforeMs ?? 0, productOf(state, o.product)?.lastEndedMs ?? 0);

/** Negative: a is considered before b. */
export function before(state: FleetState, a: ObjectiveState, b: ObjectiveState): number {
  if (state.limits.strategy === 'fifo') return a.arrival - b.arrival;
  const every = state.limits.ageingMsPerPoint;
  const points = (o: ObjectiveState) =>
    (productOf(state, o.product)?.priority ?? 0) -
    (every > 0 ? Math.floor(waitingSince(state, o) / every) : 0);
  const share = (o: ObjectiveState) => {
    const product = productOf(state, o.product);
    return product ? product.servedMs / product.priority : 0;
  };
  return points(b) - points(a) || share(a) - share(b) || a.arrival - b.arrival;
}

export function start(state: FleetState, id: string, nowMs: number): FleetState {
  const objective = objectiveOf(state, id);
  if (!objective) throw new Error(`Expected an objective of the fleet, got ${id}`);
  const there = takenOver(state, objective.product);
  return {
    ...state,
    lastStartMs: nowMs,
    objectives: state.objectives.map((o) => (o.id === id ? { ...o, state: 'running' } : o)),
    sessions: [
      ...state.sessions.filter((session) => session !== there),
      {
        product: objective.product,
        objective: id,
        state: 'running',
        startedAtMs: nowMs,
        measured: there?.measured ?? null,
        waitingOnHuman: false,
        limited: false,
        reservedCostUsd: objective.expectedCostUsd,
      },
    ],
  };
}

/** The fleet after the plan's starts. */
export const applied = (state: FleetState, plan: Plan) =>
  startsOf(plan).reduce((fleet, { objective }) => start(fleet, objective, plan.atMs), state);

/** Products whose session is over their own memory cap, has been for the grace, and can be paused. */
export const pausedForOwnCap = (state: FleetState, nowMs: number) =>
  state.sessions.flatMap(({ product: name, measured, state: at, adoptable }) => {
    const product = productOf(state, name);
    const over = (measured?.memoryBytes ?? 0) > (product?.caps.maxMemoryBytes ?? Infinity);
    const due = (product?.memoryOverSinceMs ?? nowMs) + state.limits.memoryGraceMs <= nowMs;
    return over && due && at !== 'stopping' && !adoptable ? [name] : [];
  });
