// In which order queued objectives are considered: rule 2.
import { predict } from './load.ts';
import type { Obstacle as Barred } from './placement.ts';
import type {
  FleetState,
  Footprint,
  Limits,
  ObjectiveState,
  ProductState,
  SessionState,
  Wait,
} from './state.ts';

/** What all queued objectives of one product share: worked out once, not once for each of ten thousand. */
export interface Lane {
  /** undefined: no longer in products.yaml */
  product: ProductState | undefined;
  /** what one session of it is predicted to take */
  predicted: Footprint;
  priority: number;
  /** session-ms given so far per point of priority */
  served: number;
  /** what keeps it from its runtime whatever becomes free there; set by the decision */
  barred: Barred | null;
  /** grows with each change of what stands above */
  version: number;
  /** whose session lives in the product, or that was admitted in this decision; set by it */
  occupant: string | undefined;
  /** what runs there without a session of ours; set likewise */
  adoptable: SessionState | undefined;
}

export interface Candidate {
  objective: ObjectiveState;
  lane: Lane;
  /** smaller goes first */
  rank: number;
  /** of its lane, where that counts */
  served: number;
  /** what it was told last */
  wait: Wait | null;
  /** Whether it was ready when it was looked at last, and for what that holds. */
  ready: boolean;
  /** of its lane; -1: it is to be looked at */
  lookedAt: number;
  lookedOccupant: string | undefined;
  /** before then time alone changes nothing */
  holdsUntilMs: number;
  /** when time alone removes what holds it; Infinity: it does not */
  endsMs: number;
}

export function candidateOf(objective: ObjectiveState, lane: Lane, limits: Limits): Candidate {
  const { rank, served } = placeIn(limits, objective, lane);
  const looked = { ready: false, lookedAt: -1, lookedOccupant: undefined, holdsUntilMs: 0, endsMs: 0 };
  return { objective, lane, rank, served, wait: null, ...looked };
}

export function laneOf(product: ProductState | undefined, limits: Limits): Lane {
  const priority = product?.priority ?? 0;
  return {
    product,
    predicted: predict(product, limits),
    priority,
    served: product ? product.servedMs / Math.max(1, priority) : 0,
    barred: null,
    version: 0,
    occupant: undefined,
    adoptable: undefined,
  };
}

/**
 * Since when it has been waiting for the fleet, and not for its time or for its own product: what ageing and the
 * head's bound count from. Were it arrival alone, a product with a hundred objectives in its queue would bring each of
 * them to the front with hours of age and its bound already over, and everybody else would wait for all hundred.
 */
export function waitingSinceMs(objective: ObjectiveState, product: ProductState | undefined): number {
  return Math.max(objective.queuedAtMs, objective.notBeforeMs ?? 0, product?.lastEndedMs ?? 0);
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
export function effectivePriority(limits: Limits, candidate: Candidate, nowMs: number): number {
  return ageWindow(nowMs, limits.ageingMsPerPoint) - candidate.rank;
}

/** Where an objective of this lane stands: smaller goes first. */
export function placeIn(
  { strategy, ageingMsPerPoint }: Limits,
  objective: ObjectiveState,
  { product, priority, served }: Lane,
): Pick<Candidate, 'rank' | 'served'> {
  if (strategy === 'fifo') return { rank: 0, served: 0 };
  return { rank: ageWindow(waitingSinceMs(objective, product), ageingMsPerPoint) - priority, served };
}

/** First to be considered first. Ties end at the arrival number, which is unique. */
export function byTurn(a: Candidate, b: Candidate): number {
  return a.rank - b.rank || a.served - b.served || a.objective.arrival - b.objective.arrival;
}

/** What the products' objectives share, by the product's name. */
export function lanesOf({ products, limits }: Pick<FleetState, 'products' | 'limits'>): Map<string, Lane> {
  return new Map(products.map((product) => [product.name, laneOf(product, limits)]));
}

/** The queued objectives, by turn. @param lanes  get one more for each product that is not in the state */
export function queueOrder(state: FleetState, lanes = lanesOf(state)): Candidate[] {
  const { limits } = state;
  const queue: Candidate[] = [];
  for (const objective of state.objectives) {
    if (objective.state !== 'queued') continue;
    const lane = laneFor(lanes, objective.product, limits);
    queue.push(candidateOf(objective, lane, limits));
  }
  // Few ranks are shared by many: sorting the ranks, then within each, is what keeps 10,000 objectives cheap.
  const byRank = [...Map.groupBy(queue, ({ rank }) => rank)].sort(([a], [b]) => a - b);
  return byRank.flatMap(([, tied]) => tied.sort(byTurn));
}

export function laneFor(lanes: Map<string, Lane>, name: string, limits: Limits): Lane {
  const known = lanes.get(name);
  if (known) return known;
  const lane = laneOf(undefined, limits);
  lanes.set(name, lane);
  return lane;
}
