// What is kept between decisions changes none of them: decide(), which keeps nothing, is asked the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createDecider,
  decide,
  type FleetState,
  type ObjectiveState,
  type ProductState,
} from '../../src/scheduler/index.ts';
import { fleet, freezeDeep, nowMs } from './fleets.ts';

/** One that the test may change. */
type State = FleetState & { objectives: ObjectiveState[]; products: ProductState[] };
type Change = (state: State, at: number, to: number) => void;

const pick = <T>(list: T[], at: number): T | undefined => list[at % Math.max(1, list.length)];

/** What may happen between two decisions, each by itself. */
const changes: Record<string, Change> = {
  nothing() {},
  ends(state, at, to) {
    const one = pick(state.objectives, at);
    if (one) one.state = (['done', 'failed', 'cancelled', 'queued', 'running'] as const)[to % 5] ?? 'done';
  },
  leaves: (state, at) => void state.objectives.splice(at % Math.max(1, state.objectives.length), 1),
  arrives(state, at, to) {
    const like = pick(state.objectives, at);
    if (!like) return;
    const arrival = 1 + Math.max(...state.objectives.map((each) => each.arrival));
    const needs = like.needs.length > 0 || to % 3 > 0 ? like.needs : [like.id];
    const product = pick(state.products, to)?.name ?? like.product;
    const place = to % 2 ? state.objectives.length : at % state.objectives.length;
    const id = `obj-new-${arrival}`;
    state.objectives.splice(place, 0, { ...like, id, state: 'queued', arrival, needs, product });
  },
  'is listed elsewhere': (state) => void state.objectives.reverse(),
  'goes to another product'(state, at, to) {
    const one = pick(state.objectives, at);
    if (one) one.product = pick(state.products, to)?.name ?? one.product;
  },
  'waits for its time'(state, at, to) {
    const one = pick(state.objectives, at);
    if (one) one.notBeforeMs = to % 3 ? nowMs + to * 500 : null;
  },
  'has worked'(state, at, to) {
    const one = pick(state.products, at);
    if (one) Object.assign(one, { servedMs: one.servedMs + to * 60_000, lastEndedMs: nowMs - to * 1_000 });
  },
  'counts for more or less'(state, at, to) {
    const one = pick(state.products, at);
    if (one) one.priority = 1 + (to % 100);
  },
  'product leaves': (state, at) => void state.products.splice(at % Math.max(1, state.products.length), 1),
  'product comes back'(state, at) {
    const like = pick(state.products, at);
    const free = [...'abcdef'].map((letter) => `product-${letter}`);
    const name = free.find((each) => state.products.every((known) => known.name !== each));
    if (like && name) state.products.splice(at % state.products.length, 0, { ...like, name });
  },
  'session ends': (state, at) => void state.sessions.splice(at % Math.max(1, state.sessions.length), 1),
  'session begins'(state, at) {
    const one = pick(state.objectives, at);
    if (!one || state.sessions.some(({ product }) => product === one.product)) return;
    const { product, id: objective } = one;
    const none = { measured: null, waitingOnHuman: false, limited: false, reservedCostUsd: null };
    state.sessions.push({ product, objective, state: 'running', startedAtMs: nowMs, ...none });
  },
  strategy(state) {
    state.limits.strategy = state.limits.strategy === 'fifo' ? 'priority-weighted' : 'fifo';
  },
  ageing(state, _, to) {
    state.limits.ageingMsPerPoint = to % 2 ? 0 : 60_000 * (1 + to);
  },
};

const step = fc.record({
  kinds: fc.array(fc.constantFrom(...Object.keys(changes)), { minLength: 1, maxLength: 3 }),
  at: fc.nat(20),
  to: fc.nat(200),
  afterMs: fc.nat(90_000),
});

it('decides as decide() does after any sequence of changes', () => {
  const decided = { starts: 0, waits: 0 };
  fc.assert(
    fc.property(fleet, fc.array(step, { maxLength: 12 }), (first, steps) => {
      const decideInStep = createDecider();
      let state = first as State;
      let now = nowMs;
      for (const { kinds, at, to, afterMs } of [{ kinds: ['nothing'], at: 0, to: 0, afterMs: 0 }, ...steps]) {
        // New objects each time, as the journal gives them; and nothing of a state may be changed.
        state = structuredClone(state);
        for (const kind of kinds) changes[kind]?.(state, at, to);
        freezeDeep(state);
        now += afterMs;
        const plan = decide(state, now);
        expect(decideInStep(state, now)).toEqual(plan);
        decided.starts += plan.decisions.length;
        decided.waits += plan.waits.length;
      }
    }),
    { numRuns: 2_000, seed: 20_261_130 },
  );
  // It says nothing of fleets in which nothing happens.
  expect(decided.starts).toBeGreaterThan(5_000);
  expect(decided.waits).toBeGreaterThan(20_000);
}, 120_000);
