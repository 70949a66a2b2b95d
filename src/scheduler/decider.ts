// decide() for who asks again and again: the queue is kept from one decision to the next, and only what changed since
// then finds its place anew.
import { decideOn } from './decide.ts';
import {
  byTurn,
  type Candidate,
  candidateOf,
  type Lane,
  laneFor,
  laneOf,
  lanesOf,
  placeIn,
  queueOrder,
} from './order.ts';
import type { Queue } from './queue.ts';
import type { FleetState, Limits, ObjectiveState, Plan, ProductState } from './state.ts';

/**
 * A function that says what decide() says of the same state, at the cost of what changed since it was asked before and of
 * one look at each that waits. What is the same object as in the state before is taken to be as it was. A wait that is told
 * again is the same object with its new position: what was said is good until it is asked again.
 */
export function createDecider(): (state: FleetState, nowMs: number) => Plan {
  let kept: KeptQueue | null = null;
  return (state, nowMs) => {
    const queue = kept?.covers(state) ? kept : new KeptQueue(state);
    // What fails half way is not gone on from.
    kept = null;
    const plan = decideOn(queue.at(state, nowMs), state, nowMs);
    kept = queue;
    return plan;
  };
}

class KeptQueue implements Queue {
  readonly order: Candidate[];
  readonly lanes: Map<string, Lane>;
  private atMs = Number.NEGATIVE_INFINITY;
  private products: FleetState['products'];
  private listed: FleetState['objectives'];
  private readonly limits: Limits;
  private readonly several: boolean;
  /** of any state: those that are not queued are there for `needs` */
  private readonly objectives: Map<string, ObjectiveState>;
  /** the queued ones, by id, and by the name of their product */
  private readonly candidates = new Map<string, Candidate>();
  private readonly queues = new Map<string, Set<Candidate>>();
  /** those that name an objective in their needs, by its id */
  private readonly needing = new Map<string, Set<Candidate>>();

  constructor(state: FleetState) {
    this.products = state.products;
    this.listed = state.objectives;
    this.limits = state.limits;
    this.several = severalIn(state);
    this.lanes = lanesOf(state);
    this.objectives = new Map(state.objectives.map((objective) => [objective.id, objective]));
    this.order = queueOrder(state, this.lanes);
    for (const candidate of this.order) this.enter(candidate);
  }

  readonly stateOf = (id: string): ObjectiveState['state'] | undefined => this.objectives.get(id)?.state;

  /** Not where all would find another place. */
  covers(state: FleetState): boolean {
    return severalIn(state) === this.several && sameLimits(state.limits, this.limits);
  }

  at({ products, objectives }: FleetState, nowMs: number): this {
    // What was found holds on from then.
    if (nowMs < this.atMs) for (const candidate of this.order) candidate.lookedAt = -1;
    this.atMs = nowMs;
    for (const lane of this.lanes.values()) {
      lane.occupant = undefined;
      lane.adoptable = undefined;
    }
    const moved = new Set<Candidate>();
    if (products !== this.products) this.renewLanes(products, moved);
    const out: Candidate[] = [];
    const into: Candidate[] = [];
    if (objectives !== this.listed) this.exchange(objectives, out, into);
    for (const gone of out) moved.delete(gone);
    if (moved.size + out.length + into.length > 0) this.reorder([...moved], out, into);
    return this;
  }

  private renewLanes(products: FleetState['products'], moved: Set<Candidate>): void {
    const before = this.products;
    this.products = products;
    const gone = new Set<string>();
    for (let at = 0; at < Math.max(before.length, products.length); at += 1) {
      const [was, is] = [before[at], products[at]];
      if (was === is) continue;
      if (was && was.name !== is?.name) gone.add(was.name);
      if (is) this.renew(is.name, is, moved);
    }
    if (gone.size === 0) return;
    for (const { name } of products) gone.delete(name);
    for (const name of gone) this.renew(name, undefined, moved);
  }

  private renew(name: string, product: ProductState | undefined, moved: Set<Candidate>): void {
    const lane = laneFor(this.lanes, name, this.limits);
    if (lane.product === product) return;
    Object.assign(lane, laneOf(product, this.limits), { version: lane.version + 1 });
    for (const candidate of this.queues.get(name) ?? []) {
      const { rank, served } = placeIn(this.limits, candidate.objective, lane);
      if (rank !== candidate.rank || served !== candidate.served) moved.add(candidate);
    }
  }

  /** Those that are in one of both lists only. The next one has most of them, in the same order. */
  private exchange(objectives: FleetState['objectives'], out: Candidate[], into: Candidate[]): void {
    const before = this.listed;
    this.listed = objectives;
    let gone: ObjectiveState[] = [];
    const came: ObjectiveState[] = [];
    let from = 0;
    for (let at = 0; at < objectives.length; ) {
      const was = before[from];
      const is = objectives[at];
      if (was === is) {
        from += 1;
        at += 1;
      } else if (was && before[from + 1] === is) {
        gone.push(was);
        from += 1;
      } else {
        if (is) came.push(is);
        at += 1;
        if (was && objectives[at] !== was) {
          gone.push(was);
          from += 1;
        }
      }
    }
    gone = gone.concat(before.slice(from));
    for (const { id } of [...gone, ...came])
      for (const candidate of this.needing.get(id) ?? []) candidate.lookedAt = -1;
    for (const { id, product } of gone) {
      this.objectives.delete(id);
      const candidate = this.candidates.get(id);
      if (candidate === undefined) continue;
      out.push(candidate);
      this.candidates.delete(id);
      remove(this.queues, product, candidate);
      for (const need of candidate.objective.needs) remove(this.needing, need, candidate);
    }
    for (const objective of came) {
      this.objectives.set(objective.id, objective);
      if (objective.state !== 'queued') continue;
      const lane = laneFor(this.lanes, objective.product, this.limits);
      const candidate = candidateOf(objective, lane, this.limits);
      this.enter(candidate);
      into.push(candidate);
    }
  }

  private enter(candidate: Candidate): void {
    const { id, product, needs } = candidate.objective;
    this.candidates.set(id, candidate);
    add(this.queues, product, candidate);
    for (const need of needs) add(this.needing, need, candidate);
  }

  /** @param moved  stay, at another place */
  private reorder(moved: Candidate[], out: Candidate[], into: Candidate[]): void {
    const from = [...moved, ...out].map((candidate) => placeOf(this.order, candidate)).sort((a, b) => a - b);
    takeOut(this.order, from);
    for (const candidate of moved)
      Object.assign(candidate, placeIn(this.limits, candidate.objective, candidate.lane));
    const come = [...moved, ...into].sort(byTurn);
    putIn(
      this.order,
      come.map((candidate) => placeOf(this.order, candidate)),
      come,
    );
  }
}

function add(to: Map<string, Set<Candidate>>, key: string, candidate: Candidate): void {
  const there = to.get(key);
  if (there) there.add(candidate);
  else to.set(key, new Set([candidate]));
}

function remove(from: Map<string, Set<Candidate>>, key: string, candidate: Candidate): void {
  const there = from.get(key);
  there?.delete(candidate);
  if (there?.size === 0) from.delete(key);
}

/** Where it is, or where it would be. */
function placeOf(order: readonly Candidate[], candidate: Candidate): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = order[middle];
    if (there && byTurn(there, candidate) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** In place, and what stays is not looked at. @param places  ascending */
function takeOut(order: Candidate[], places: readonly number[]): void {
  const [first] = places;
  if (first === undefined) return;
  let to = first;
  let next = 0;
  for (let at = first; at < order.length; at += 1) {
    const candidate = order[at];
    if (at === places[next]) next += 1;
    else if (candidate) {
      order[to] = candidate;
      to += 1;
    }
  }
  order.length = to;
}

/** In place, from behind. @param places  before which each of them comes, ascending */
function putIn(order: Candidate[], places: readonly number[], come: readonly Candidate[]): void {
  let from = order.length;
  for (const candidate of come) order.push(candidate);
  let to = order.length;
  for (let next = come.length - 1; next >= 0; next -= 1) {
    for (const before = places[next] ?? 0; from > before; ) {
      from -= 1;
      to -= 1;
      const candidate = order[from];
      if (candidate) order[to] = candidate;
    }
    to -= 1;
    const candidate = come[next];
    if (candidate) order[to] = candidate;
  }
}

const severalIn = ({ runtimes = [] }: FleetState): boolean => runtimes.length > 0;

function sameLimits(a: Limits, b: Limits): boolean {
  const { weightUnit: unit, ...limits } = a;
  const keys = Object.keys(limits) as (keyof typeof limits)[];
  return (
    keys.every((key) => limits[key] === b[key]) &&
    unit.cpuCores === b.weightUnit.cpuCores &&
    unit.memoryBytes === b.weightUnit.memoryBytes
  );
}
