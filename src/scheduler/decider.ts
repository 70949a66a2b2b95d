// decide() for who asks again and again: the queue is kept from one decision to the next, and only what changed since
// then finds its place anew.
import { decideOn } from './decide.ts';
import { byTurn, type Candidate, type Lane, laneFor, laneOf, placeIn } from './order.ts';
import type { Queue } from './queue.ts';
import type { FleetState, Limits, ObjectiveState, Plan, ProductState } from './state.ts';

/** An objective as the last decision saw it, of any state: those that are not queued are there for `needs`. */
interface Entry extends Candidate {
  /** the decision that saw it last */
  seen: number;
  /** null: not in the order */
  arrival: number | null;
}

/**
 * A function that says what decide() says of the same state, at the cost of what changed since it was asked before and of
 * one look at each objective. The states may be new objects each time: what they hold is compared.
 */
export function createDecider(): (state: FleetState, nowMs: number) => Plan {
  const queueOf = keepQueue();
  return (state, nowMs) => decideOn(queueOf(state), state, nowMs);
}

function keepQueue(): (state: FleetState) => Queue {
  const lanes = new Map<string, Lane>();
  const entries = new Map<string, Entry>();
  /** in the order of the last state: the next one has most of them in the same */
  let listed: Entry[] = [];
  let order: Entry[] = [];
  let turn = 0;
  const stateOf = (id: string) => entries.get(id)?.objective.state;

  return ({ products, objectives, limits }) => {
    turn += 1;
    renewLanes(lanes, products, limits);
    const moved: Entry[] = [];
    let left = 0;
    let at = 0;
    const now: Entry[] = [];
    for (const objective of objectives) {
      if (listed[at]?.objective.id !== objective.id && listed[at + 1]?.objective.id === objective.id) at += 1;
      const there = listed[at];
      const known = there?.objective.id === objective.id ? there : entries.get(objective.id);
      if (known === there) at += 1;
      // What the product's objectives share is renewed in place: found once, it is there.
      const lane =
        known?.objective.product === objective.product
          ? known.lane
          : laneFor(lanes, objective.product, limits);
      const entry = known ?? newEntry(objective, lane);
      if (known === undefined) entries.set(objective.id, entry);
      now.push(entry);
      entry.seen = turn;
      entry.objective = objective;
      entry.lane = lane;
      if (objective.state !== 'queued') {
        if (entry.arrival !== null) left += 1;
        entry.arrival = null;
        continue;
      }
      const { rank, served } = placeIn(limits, objective, lane);
      if (entry.arrival === objective.arrival && entry.rank === rank && entry.served === served) continue;
      if (entry.arrival !== null) left += 1;
      entry.rank = rank;
      entry.served = served;
      entry.arrival = objective.arrival;
      moved.push(entry);
    }
    if (entries.size > objectives.length)
      for (const [id, { seen, arrival }] of entries)
        if (seen !== turn) {
          entries.delete(id);
          if (arrival !== null) left += 1;
        }
    if (left > 0 || moved.length > 0) order = merged(order, moved, turn);
    listed = now;
    return { order, stateOf, lanes };
  };
}

function newEntry(objective: ObjectiveState, lane: Lane): Entry {
  return { objective, lane, rank: 0, served: 0, seen: 0, arrival: null };
}

/** What stayed is in order; what moved is put between. */
function merged(order: readonly Entry[], moved: Entry[], turn: number): Entry[] {
  const anew = new Set(moved);
  moved.sort(byTurn);
  const next: Entry[] = [];
  let from = 0;
  for (const entry of order) {
    if (entry.seen !== turn || entry.arrival === null || anew.has(entry)) continue;
    for (let first = moved[from]; first && byTurn(first, entry) < 0; first = moved[from]) {
      next.push(first);
      from += 1;
    }
    next.push(entry);
  }
  for (; from < moved.length; from += 1) {
    const last = moved[from];
    if (last) next.push(last);
  }
  return next;
}

/** In place. Those of products that are gone say so to the objectives that are left of them. */
function renewLanes(lanes: Map<string, Lane>, products: readonly ProductState[], limits: Limits): void {
  const gone = new Set(lanes.keys());
  for (const product of products) {
    gone.delete(product.name);
    Object.assign(laneFor(lanes, product.name, limits), laneOf(product, limits));
  }
  for (const name of gone) Object.assign(laneFor(lanes, name, limits), laneOf(undefined, limits));
}
