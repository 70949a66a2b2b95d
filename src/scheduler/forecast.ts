// What would start, in what order and when, if everything goes as expected: decide() asked again at every
// moment something is expected to end. `fleet plan` asks it of a changed state.
import { decide } from './decide.ts';
import type { FleetState, Limits, ObjectiveState, SessionState } from './state.ts';

export interface ForecastStart {
  objective: string;
  product: string;
  startMs: number;
  /** null: no estimate of its run */
  endMs: number | null;
}

export interface Forecast {
  /** in order of start; what is missing has no start that can be said */
  starts: ForecastStart[];
  /** true: the effort ran out, later starts are left out */
  truncated: boolean;
}

/** When this session is expected to end; null when nobody can say: no estimate, past it, or a human's turn. */
function expectedEnd(session: SessionState, expectedMs: number | null, nowMs: number): number | null {
  if (session.state === 'stopping') return nowMs;
  if (session.waitingOnHuman || session.limited || expectedMs === null) return null;
  const endMs = session.startedAtMs + expectedMs;
  return endMs >= nowMs ? endMs : null;
}

/**
 * Optimistic where it must be: what runs ends well at its estimate, nothing new arrives, nobody pauses.
 * Sessions without an estimate never end, so that what depends on them has no start here.
 *
 * @param options.maxSteps decide() calls to spend (default 200)
 */
export function forecast(state: FleetState, nowMs: number, options: { maxSteps?: number } = {}): Forecast {
  const objectives = [...state.objectives];
  const indexOf = new Map(objectives.map((objective, index) => [objective.id, index]));
  const update = (id: string, objectiveState: ObjectiveState['state']) => {
    const index = indexOf.get(id);
    const objective = index === undefined ? undefined : objectives[index];
    if (index !== undefined && objective) objectives[index] = { ...objective, state: objectiveState };
    return objective;
  };
  // Pauses are not foreseen: that a grace has begun is said once, or every step would ask for its end.
  const products = new Map(
    state.products.map((product) => [
      product.name,
      { ...product, memoryOverSinceMs: product.memoryOverSinceMs ?? nowMs },
    ]),
  );
  const objectiveOf = (id: string) => objectives[indexOf.get(id) ?? -1];
  let live = state.sessions.map((session) => ({
    session,
    endMs: expectedEnd(session, objectiveOf(session.objective)?.expectedMs ?? null, nowMs),
  }));
  let { lastStartMs, spentTodayUsd } = state;
  const starts: ForecastStart[] = [];
  let atMs = nowMs;

  for (let step = options.maxSteps ?? 200; step > 0; step -= 1) {
    const plan = decide(
      {
        ...state,
        objectives,
        products: [...products.values()],
        sessions: live.map(({ session }) => session),
        lastStartMs,
        spentTodayUsd,
        memoryOverSinceMs: state.memoryOverSinceMs ?? nowMs,
      },
      atMs,
    );
    for (const decision of plan.decisions) {
      if (decision.kind !== 'start') continue;
      const started = update(decision.objective, 'running');
      const endMs = started?.expectedMs == null ? null : atMs + started.expectedMs;
      starts.push({ objective: decision.objective, product: decision.product, startMs: atMs, endMs });
      lastStartMs = atMs;
      live.push({
        session: {
          product: decision.product,
          objective: decision.objective,
          state: 'running',
          startedAtMs: atMs,
          measured: null,
          waitingOnHuman: false,
          limited: false,
          reservedCostUsd: started?.expectedCostUsd ?? null,
        },
        endMs,
      });
    }
    // Whoever is placed now is ready there at once, as far as anybody can say.
    for (const { product: name, runtime } of plan.placings) {
      const product = products.get(name);
      if (product?.place) products.set(name, { ...product, place: { ...product.place, home: runtime } });
    }
    if (plan.placings.length > 0) continue;
    if (plan.waits.length === 0) return { starts, truncated: false };

    const next = live.reduce(
      (soonest, { endMs }) => Math.min(soonest, endMs ?? Number.POSITIVE_INFINITY),
      plan.nextWakeMs ?? Number.POSITIVE_INFINITY,
    );
    if (!Number.isFinite(next)) return { starts, truncated: false };
    atMs = next;
    live = live.filter(({ session, endMs }) => {
      if (endMs === null || endMs > atMs) return true;
      if (session.state === 'stopping') return false;
      update(session.objective, 'done');
      const product = products.get(session.product);
      if (product) {
        const servedMs = product.servedMs + atMs - session.startedAtMs;
        const spent = (usd: number | null) => (usd === null ? null : usd + (session.reservedCostUsd ?? 0));
        spentTodayUsd = spent(spentTodayUsd);
        products.set(product.name, {
          ...product,
          servedMs,
          lastEndedMs: atMs,
          spentTodayUsd: spent(product.spentTodayUsd),
        });
      }
      return false;
    });
  }
  return { starts, truncated: true };
}

/**
 * The same fleet with other limits, or as if some products had never been there: their queue, their sessions and
 * what they use. For `fleet plan --with … --without …`.
 */
export function withLimits(
  state: FleetState,
  overrides: Partial<Limits>,
  without: readonly string[] = [],
): FleetState {
  const gone = new Set(without);
  return {
    ...state,
    limits: { ...state.limits, ...overrides },
    products: state.products.filter(({ name }) => !gone.has(name)),
    objectives: state.objectives.filter(({ product }) => !gone.has(product)),
    sessions: state.sessions.filter(({ product }) => !gone.has(product)),
  };
}
