// Several runtimes: where products are placed, what waits for which, and what no order of things may break.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type FleetState, forecast, predict, waitSentence } from '../../src/scheduler/index.ts';
import type { ProductPlace, RuntimeState } from '../../src/scheduler/runtime-state.ts';
import { nowMs as drawnMs, fleet as fleetOf } from './fleets.ts';
import { fleet, gib, minute, nowMs, objective, product, session } from './samples.ts';

const runtime = (name: string, fields: Partial<RuntimeState> = {}): RuntimeState => ({
  name,
  lostSinceMs: null,
  asked: false,
  local: false,
  maxMemoryBytes: 8 * gib,
  maxCpuCores: null,
  labels: [],
  ...fields,
});
const place = (fields: Partial<ProductPlace> = {}): { place: ProductPlace } => ({
  place: { home: null, worked: null, pinned: null, needsLabels: [], portable: true, ...fields },
});
const placed = (state: FleetState) =>
  decide(state, nowMs).placings.map((one) => `${one.product} on ${one.runtime}`);
const whyOf = (state: FleetState) => {
  const plan = decide(state, nowMs);
  return plan.waits.map((wait) => waitSentence(plan, wait));
};

describe('a product gets its place', () => {
  it('where least is left, so that what is large finds room too', () => {
    const products = ['a', 'b', 'c'].map((name) =>
      product(name, { resourceWeight: name === 'c' ? 12 : 3, ...place() }),
    );
    const state = fleet({
      runtimes: [runtime('large', { maxMemoryBytes: 16 * gib }), runtime('small')],
      products,
    });
    expect(placed(state)).toEqual(['a on small', 'b on small', 'c on large']);
  });

  it('where it worked before there were several, whatever else fits', () => {
    const state = fleet({
      runtimes: [runtime('here', { local: true, maxMemoryBytes: 16 * gib }), runtime('there')],
      products: [product('a', place({ worked: 'here' }))],
    });
    expect(placed(state)).toEqual(['a on here']);
  });

  it('where products.yaml says: by name, by labels, and without `repo:` only where the folders are', () => {
    const state = fleet({
      runtimes: [runtime('one', { labels: ['gpu'] }), runtime('two'), runtime('home', { local: true })],
      products: [
        product('a', place({ pinned: 'two' })),
        product('b', place({ needsLabels: ['gpu'] })),
        product('c', place({ portable: false })),
      ],
    });
    expect(placed(state)).toEqual(['a on two', 'b on one', 'c on home']);
  });

  it('in reach only, and none is placed that is only listed', () => {
    const state = fleet({
      runtimes: [runtime('away', { lostSinceMs: nowMs - minute }), runtime('near')],
      products: [product('a', place()), product('b', { managed: false, ...place() })],
    });
    expect(placed(state)).toEqual(['a on near']);
  });

  it('when it is known of each that may have it whether it answers', () => {
    const asked = runtime('slow', { lostSinceMs: nowMs - minute, asked: true });
    const state = fleet({
      runtimes: [asked, runtime('near')],
      products: [product('a', place()), product('b', place({ pinned: 'near' }))],
      objectives: [objective('obj-1', 'a')],
    });
    expect(placed(state)).toEqual(['b on near']);
    expect(whyOf(state)).toEqual(['obj-1 on a waits for its place until it is known whether slow answers']);
  });

  it('on the least booked one where all are booked out', () => {
    const home = (name: string, where: string, resourceWeight: number) =>
      product(name, { resourceWeight, ...place({ home: where }) });
    const state = fleet({
      runtimes: [runtime('one'), runtime('two')],
      products: [home('a', 'one', 8), home('b', 'two', 7), product('c', { resourceWeight: 2, ...place() })],
    });
    expect(placed(state)).toEqual(['c on two']);
  });
});

describe('what waits says for what', () => {
  const at = (home: string, fields: Partial<ProductPlace> = {}) => place({ home, ...fields });

  it('for room on its runtime, while others start elsewhere', () => {
    const state = fleet({
      runtimes: [runtime('one', { maxMemoryBytes: 2 * gib }), runtime('two')],
      products: [
        product('a', { resourceWeight: 2, ...at('one') }),
        product('b', at('one')),
        product('c', at('two')),
      ],
      sessions: [session('a', 'obj-1')],
      objectives: [
        objective('obj-1', 'a', { state: 'running' }),
        objective('obj-2', 'b'),
        objective('obj-3', 'c'),
      ],
    });
    expect(decide(state, nowMs).decisions).toMatchObject([
      { kind: 'start', objective: 'obj-3', numbers: { runtime: 'two' } },
    ]);
    expect(whyOf(state)).toEqual([
      'obj-2 on b waits for memory on one: it needs 1 GiB, and 2 GiB of 2 GiB there is taken by a (obj-1)',
    ]);
  });

  it('for a runtime that is out of reach', () => {
    const state = fleet({
      runtimes: [runtime('one', { lostSinceMs: nowMs - 3 * minute })],
      products: [product('a', at('one'))],
      objectives: [objective('obj-1', 'a')],
    });
    expect(whyOf(state)).toEqual(['obj-1 on a waits for one, which is out of reach since 3 min']);
  });

  it('that it fits nowhere', () => {
    const state = fleet({
      runtimes: [runtime('one', { maxMemoryBytes: 4 * gib }), runtime('two', { labels: ['gpu'] })],
      products: [
        product('a', { resourceWeight: 9, ...place() }),
        product('b', place({ needsLabels: ['gpu', 'disk'] })),
        product('c', place({ portable: false })),
        product('d', at('one', { pinned: 'two' })),
      ],
      objectives: ['a', 'b', 'c', 'd'].map((name, n) => objective(`obj-${n + 1}`, name)),
    });
    expect(whyOf(state)).toEqual([
      'obj-1 on a fits on no runtime: it needs 9 GiB, and the largest of 2 gives 8 GiB; correct products.yaml, or cancel it',
      'obj-2 on b can run nowhere: no runtime has all of the labels gpu, disk; correct products.yaml, or cancel it',
      'obj-3 on c can run nowhere: it has no `repo:` from which another machine could clone it; correct products.yaml, or cancel it',
      'obj-4 on d can run nowhere: its work is on one, and products.yaml says runtime: two; move it (`fleet move d <runtime>`), or correct products.yaml',
    ]);
  });

  it('and what has waited long on one runtime is passed by nobody there', () => {
    const waiting = { queuedAtMs: nowMs - 60 * minute };
    const state = fleet(
      {
        runtimes: [runtime('one', { maxMemoryBytes: 4 * gib }), runtime('two')],
        products: [
          product('busy', { resourceWeight: 2, ...at('one') }),
          product('large', { resourceWeight: 3, priority: 90, ...at('one') }),
          product('small', at('one')),
          product('other', at('two')),
        ],
        sessions: [session('busy', 'obj-1')],
        objectives: [
          objective('obj-1', 'busy', { state: 'running' }),
          objective('obj-2', 'large', waiting),
          objective('obj-3', 'small', waiting),
          objective('obj-4', 'other', waiting),
        ],
      },
      { maxConcurrentSessions: 9, maxLiveSessions: 9 },
    );
    const plan = decide(state, nowMs);
    expect(plan.waits.map(({ objective: id, rule }) => [id, rule])).toEqual([
      ['obj-2', 'runtime-full'],
      ['obj-3', 'behind-head'],
    ]);
    expect(plan.decisions).toMatchObject([{ objective: 'obj-4' }]);
  });
});

it('a forecast takes what is placed now for ready', () => {
  const state = fleet({
    runtimes: [runtime('one')],
    products: [product('a', place())],
    objectives: [objective('obj-1', 'a', { expectedMs: minute })],
  });
  expect(forecast(state, nowMs).starts).toMatchObject([{ objective: 'obj-1', startMs: nowMs }]);
});

describe('whatever the fleet is', () => {
  const names = ['r0', 'r1', 'r2'];
  const runtimes = fc.array(
    fc.record({
      lostSinceMs: fc.constantFrom(null, null, drawnMs - 1_000),
      asked: fc.constant(false),
      local: fc.boolean(),
      maxMemoryBytes: fc.constantFrom(null, 2 * gib, 4 * gib, 8 * gib),
      maxCpuCores: fc.constantFrom(null, 1, 4),
      labels: fc.constantFrom([], ['gpu']),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const places = fc.array(
    fc.record({
      home: fc.constantFrom(null, null, ...names),
      worked: fc.constant(null),
      pinned: fc.constantFrom(null, null, null, ...names),
      needsLabels: fc.constantFrom([], [], ['gpu']),
      portable: fc.constantFrom(true, true, false),
    }),
    { minLength: 12, maxLength: 12 },
  );
  const drawn = fc.tuple(fleetOf, runtimes, places).map(
    ([state, machines, homes]): FleetState => ({
      ...state,
      runtimes: machines.map((one, n) => ({ name: `r${n}`, ...one })),
      products: state.products.map((one, n) => ({ ...one, place: homes[n % homes.length] })),
    }),
  );

  it('nothing starts beyond its runtime, where it is lost, or where its product is not', () => {
    fc.assert(
      fc.property(drawn, (state) => {
        const plan = decide(state, drawnMs);
        const products = new Map(state.products.map((one) => [one.name, one]));
        const machines = new Map(state.runtimes?.map((one) => [one.name, one]));
        const taken = new Map<string, number>();
        const take = (name: string, measured: number) => {
          const one = products.get(name);
          const home = one?.place?.home ?? '';
          const bytes = Math.max(measured, predict(one, state.limits).memoryBytes);
          taken.set(home, (taken.get(home) ?? 0) + bytes);
        };
        for (const one of state.sessions) take(one.product, one.measured?.memoryBytes ?? 0);
        const adopted = new Set(state.sessions.filter((one) => one.adoptable).map((one) => one.product));
        for (const start of plan.decisions) {
          if (start.kind !== 'start') continue;
          const home = products.get(start.product)?.place?.home ?? '';
          const machine = machines.get(home);
          expect(machine?.lostSinceMs).toBe(null);
          if (adopted.has(start.product)) continue;
          take(start.product, 0);
          expect(taken.get(home)).toBeLessThanOrEqual(
            (machine?.maxMemoryBytes ?? Number.POSITIVE_INFINITY) + 1,
          );
        }
      }),
      { numRuns: 400 },
    );
  });

  it('each homeless product has one place or a reason, and a place that it may have', () => {
    fc.assert(
      fc.property(drawn, (state) => {
        const plan = decide(state, drawnMs);
        const machines = new Map(state.runtimes?.map((one) => [one.name, one]));
        const at = new Map(plan.placings.map((one) => [one.product, one.runtime]));
        expect(at.size).toBe(plan.placings.length);
        for (const one of state.products) {
          const where = at.get(one.name);
          if (one.place?.home !== null) expect(where).toBe(undefined);
          if (where === undefined) continue;
          const machine = machines.get(where);
          expect(machine).toMatchObject({ lostSinceMs: null });
          expect(one.place?.pinned ?? where).toBe(where);
          expect(machine?.labels).toEqual(expect.arrayContaining([...(one.place?.needsLabels ?? [])]));
          expect(one.place?.portable || machine?.local).toBe(true);
        }
        for (const wait of plan.waits) expect(waitSentence(plan, wait).length).toBeGreaterThan(10);
      }),
      { numRuns: 400 },
    );
  });

  it('a runtime more that is not used changes nothing', () => {
    fc.assert(
      fc.property(fleetOf, (state) => {
        const { runtimes: _, ...plain } = state;
        expect(decide({ ...plain, runtimes: [runtime('spare')] }, drawnMs)).toEqual(decide(plain, drawnMs));
      }),
      { numRuns: 200 },
    );
  });
});
