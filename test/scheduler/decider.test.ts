// What is kept between decisions changes none of them: decide(), which keeps nothing, is asked the same.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createDecider,
  decide,
  type FleetState,
  type ObjectiveState,
  type ProductState,
} from '../../src/scheduler/index.ts';
import { fleet, freezeDeep, gib, nowMs } from './fleets.ts';

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
  'is paused or goes on'(state, at, to) {
    const one: ProductState | ObjectiveState | undefined =
      to % 2 ? pick(state.products, at) : pick(state.objectives, at);
    if (one) one.paused = one.paused ? null : { reason: 'asked', sinceMs: nowMs };
  },
  'circuit opens'(state, at, to) {
    const one = pick(state.products, at);
    if (one) one.breaker = { failures: to % 4, openUntilMs: to % 3 ? nowMs + to * 500 : null };
  },
  'account closes'(state, at, to) {
    const one = pick(state.products, at);
    if (!one) return;
    const closed = { window: 'week', sinceMs: nowMs, untilMs: to % 2 ? nowMs + to * 500 : null };
    const held = { window: 'week', usedPercent: 95, holdAtPercent: 90, untilMs: nowMs + to * 700 };
    one.account = { ...one.account, closed: to % 3 ? closed : null, held: to % 5 ? null : held };
  },
  'learns, spends, is capped'(state, at, to) {
    const one = pick(state.products, at);
    if (!one) return;
    one.learned = to % 3 ? { from: 'product', cpuCores: (to % 5) / 2, memoryBytes: (to % 7) * gib } : null;
    one.spentTodayUsd = to % 4 ? to % 11 : null;
    one.caps = { ...one.caps, maxCostUsdPerDay: to % 5 ? null : to % 9 };
  },
  'costs more'(state, at, to) {
    const one = pick(state.objectives, at);
    if (one) one.expectedCostUsd = to % 3 ? to % 8 : null;
  },
  'session grows or waits'(state, at, to) {
    const one = pick(state.sessions, at);
    if (!one) return;
    one.measured = to % 4 ? { cpuCores: to % 3, memoryBytes: (to % 9) * gib } : null;
    one.waitingOnHuman = to % 5 === 0;
  },
  'more or less room'(state, at, to) {
    state.limits.maxConcurrentSessions = at % 7;
    state.limits.maxMemoryBytes = to % 3 ? (to % 20) * gib : null;
  },
  'has spent'(state, at, to) {
    state.spentTodayUsd = to % 3 ? at : null;
    state.lastStartMs = to % 2 ? nowMs + to * 400 : null;
  },
  'several runtimes'(state, at, to) {
    const runtimes = ['here', 'there', 'far'].slice(0, to % 4).map((name, n) => ({
      name,
      lostSinceMs: (at + n) % 4 ? null : nowMs - 1_000,
      asked: (at + n) % 9 === 8,
      local: n === 0,
      maxMemoryBytes: (to + n) % 5 ? (2 + ((to + n) % 9)) * gib : null,
      maxCpuCores: null,
      labels: n === 1 ? ['gpu'] : [],
    }));
    state.runtimes = runtimes;
    for (const [n, one] of state.products.entries())
      if ((n + to) % 3 || !one.place)
        one.place = {
          home: (n + at) % 4 ? (['here', 'there', 'far'][(n + to) % 3] ?? null) : null,
          worked: null,
          pinned: (n + at) % 7 ? null : 'there',
          needsLabels: (n + to) % 6 ? [] : ['gpu'],
          portable: true,
        };
  },
  strategy(state) {
    state.limits.strategy = state.limits.strategy === 'fifo' ? 'priority-weighted' : 'fifo';
  },
  ageing(state, _, to) {
    state.limits.ageingMsPerPoint = to % 2 ? 0 : 60_000 * (1 + to);
  },
};

/** Of what did not change the same objects, as the journal gives them. */
function keepSame(before: State, after: State): State {
  const known = new Map([...before.objectives, ...before.products].map((one) => [idOf(one), one]));
  const same = <T extends ObjectiveState | ProductState>(one: T): T => {
    const was = known.get(idOf(one));
    return isDeepStrictEqual(was, one) ? (was as T) : one;
  };
  const list = <T>(was: T[], is: T[]) =>
    was.length === is.length && was.every((one, at) => one === is[at]) ? was : is;
  return {
    ...after,
    objectives: list(before.objectives, after.objectives.map(same)),
    products: list(before.products, after.products.map(same)),
  };
}
const idOf = (one: ObjectiveState | ProductState): string => ('id' in one ? one.id : one.name);

const step = fc.record({
  kinds: fc.array(fc.constantFrom(...Object.keys(changes)), { minLength: 1, maxLength: 3 }),
  at: fc.nat(20),
  to: fc.nat(200),
  afterMs: fc.oneof({ weight: 9, arbitrary: fc.nat(90_000) }, { weight: 1, arbitrary: fc.constant(-40_000) }),
  anew: fc.boolean(),
});

const begin = { kinds: ['nothing'], at: 0, to: 0, afterMs: 0, anew: true };

it('decides as decide() does after any sequence of changes', () => {
  const decided = { starts: 0, waits: 0 };
  fc.assert(
    fc.property(fleet, fc.array(step, { maxLength: 12 }), (first, steps) => {
      const decideInStep = createDecider();
      let state = first as State;
      let now = nowMs;
      for (const { kinds, at, to, afterMs, anew } of [begin, ...steps]) {
        const before = state;
        state = structuredClone(state);
        for (const kind of kinds) changes[kind]?.(state, at, to);
        if (!anew) state = keepSame(before, state);
        // Nothing of a state may be changed.
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
  expect(decided.starts).toBeGreaterThan(4_000);
  expect(decided.waits).toBeGreaterThan(20_000);
}, 120_000);
