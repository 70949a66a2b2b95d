// In which order queued objectives are considered: rule 2.
import type { FleetState, ObjectiveState, ProductState } from './state.ts';

export interface Candidate {
  objective: ObjectiveState;
  /** undefined: no longer in products.yaml */
  product: ProductState | undefined;
  /** smaller goes first */
  rank: number;
  /** session-ms given so far per point of priority */
  served: number;
}

/**
 * Every objective gains one point per ageing window, so the differences between two of them never change while they
 * wait: counting windows on the absolute clock (not since each one's own arrival) makes the order free of `now`.
 * It cannot flap, and no wake-up is needed for ageing. Arrivals within one window tie on age, and there the product
 * that has had least for its weight goes first.
 */
function ageWindow(ms: number, ageingMsPerPoint: number): number {
  return ageingMsPerPoint > 0 ? Math.floor(ms / ageingMsPerPoint) : 0;
}

/** Priority with ageing, in points: what the order compares, as a human may read it. */
export function effectivePriority(state: FleetState, candidate: Candidate, nowMs: number): number {
  return ageWindow(nowMs, state.limits.ageingMsPerPoint) - candidate.rank;
}

/** The queued objectives, first to be considered first. Ties end at the arrival number, which is unique. */
export function queueOrder(state: FleetState, products: ReadonlyMap<string, ProductState>): Candidate[] {
  const { strategy, ageingMsPerPoint } = state.limits;
  const fifo = strategy === 'fifo';
  const queue: Candidate[] = [];
  for (const objective of state.objectives) {
    if (objective.state !== 'queued') continue;
    const product = products.get(objective.product);
    const priority = product?.priority ?? 0;
    queue.push({
      objective,
      product,
      rank: fifo ? 0 : ageWindow(objective.queuedAtMs, ageingMsPerPoint) - priority,
      served: fifo || !product ? 0 : product.servedMs / Math.max(1, priority),
    });
  }
  // Few ranks are shared by many: sorting the ranks, then within each, is what keeps 10,000 objectives cheap.
  const byRank = [...Map.groupBy(queue, ({ rank }) => rank)].sort(([a], [b]) => a - b);
  return byRank.flatMap(([, tied]) =>
    tied.sort((a, b) => a.served - b.served || a.objective.arrival - b.objective.arrival),
  );
}
