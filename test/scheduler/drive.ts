// A fleet lived through: objectives arrive, decide() is asked at every event and at nextWake, sessions end after
// their time, may grow beyond their prediction and may wait on a human for a while.
import fc from 'fast-check';
import type { FleetState, ObjectiveState, ProductState } from '../../src/scheduler/index.ts';
import { gib } from './fleets.ts';
import type { Scheduler } from './properties.ts';
import { before, predicted, productOf, ready, start, startsOf, waitingSince } from './reference.ts';

interface Work {
  objective: ObjectiveState;
  runMs: number;
  /** measured over predicted; null: never measured */
  growth: number | null;
  /** waits on a human for this part of its run */
  human: { fromMs: number; forMs: number } | null;
}

export interface Scenario {
  state: FleetState;
  works: Work[];
}

const t0 = 10_000_000;

/** @param tame no growth and no human: a scenario whose estimates are right */
export function scenario(tame: boolean): fc.Arbitrary<Scenario> {
  const product = fc.record({
    priority: fc.constantFrom(1, 20, 50, 50, 80),
    resourceWeight: fc.constantFrom(1, 1, 2, 4, 6),
  });
  const work = fc.record({
    of: fc.nat(5),
    afterMs: fc.integer({ min: 0, max: tame ? 0 : 900_000 }),
    runMs: fc.integer({ min: 1_000, max: 400_000 }),
    // Reserved, and given back unspent at its end.
    expectedCostUsd: fc.constantFrom(null, 1, 3),
    growth: tame ? fc.constant(null) : fc.constantFrom(null, 0.5, 1, 1.3),
    human: tame
      ? fc.constant(null)
      : fc.option(fc.record({ fromMs: fc.nat(60_000), forMs: fc.nat(300_000) }), { nil: null, freq: 2 }),
    needs: fc.oneof(
      fc.constant<number[]>([]),
      fc.constant<number[]>([]),
      fc.array(fc.nat(20), { maxLength: 2 }),
    ),
  });
  return fc
    .record({
      slots: fc.integer({ min: 1, max: 3 }),
      extraLive: fc.integer({ min: 0, max: 2 }),
      strategy: fc.constantFrom('priority-weighted' as const, 'fifo' as const),
      maxMemoryBytes: fc.constantFrom(null, 4 * gib, 7 * gib),
      maxCpuCores: fc.constantFrom(null, 1, 1.75),
      maxCostUsdPerDay: fc.constantFrom(null, null, 5),
      startPacingMs: fc.constantFrom(0, 2_000),
      headBoundMs: fc.constantFrom(0, 60_000, 300_000),
      ageingMsPerPoint: fc.constantFrom(0, 1_000, 30_000),
      products: fc.array(product, { minLength: 1, maxLength: 6 }),
      works: fc.array(work, { minLength: 1, maxLength: 14 }),
    })
    .map(({ products: rawProducts, works: rawWorks, slots, extraLive, ...limits }) => {
      const products = rawProducts.map(
        (fields, index): ProductState => ({
          ...fields,
          name: `product-${'abcdef'[index]}`,
          type: 'code',
          account: { name: 'default', closed: null, held: null },
          startable: true,
          learned: null,
          paused: null,
          breaker: { failures: 0, openUntilMs: null },
          servedMs: 0,
          lastEndedMs: null,
          memoryOverSinceMs: null,
          spentTodayUsd: null,
          caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: null },
        }),
      );
      const works = rawWorks
        .toSorted((a, b) => a.afterMs - b.afterMs)
        .map(
          ({ of, afterMs, needs, expectedCostUsd, ...rest }, index): Work => ({
            ...rest,
            objective: {
              id: `obj-${index}`,
              product: products[of % products.length]?.name ?? '',
              state: 'queued',
              queuedAtMs: t0 + afterMs,
              arrival: index,
              needs: [...new Set(needs)].filter((n) => n < index).map((n) => `obj-${n}`),
              paused: null,
              notBeforeMs: null,
              expectedMs: rest.runMs,
              expectedCostUsd,
            },
          }),
        );
      return {
        works,
        state: {
          limits: {
            ...limits,
            maxConcurrentSessions: slots,
            maxLiveSessions: slots + extraLive,
            memoryGraceMs: 30_000,
            weightUnit: { cpuCores: 0.25, memoryBytes: gib },
          },
          products,
          objectives: [],
          sessions: [],
          lastStartMs: null,
          memoryOverSinceMs: null,
          spentTodayUsd: null,
        },
      };
    });
}

export interface Run {
  startedAt: Map<string, number>;
  endedAt: Map<string, number>;
  /** the latest time by which each objective had to start, from when it last became ready */
  deadline: Map<string, number>;
  /** enforcements are recorded, not acted on */
  asked: number;
}

/** Lives the scenario to its end. Arrivals and ends come before decide() at the same moment. */
export function drive({ decide }: Scheduler, { state: initial, works }: Scenario): Run {
  let state = initial;
  let atMs = t0;
  let asked = 0;
  const workOf = new Map(works.map((work) => [work.objective.id, work]));
  const startedAt = new Map<string, number>();
  const endedAt = new Map<string, number>();
  const readySince = new Map<string, number>();
  const deadline = new Map<string, number>();
  const endOf = (id: string) => (startedAt.get(id) ?? 0) + (workOf.get(id)?.runMs ?? 0);

  for (;;) {
    for (const { objective } of works)
      if (objective.queuedAtMs <= atMs && !state.objectives.some(({ id }) => id === objective.id))
        state = { ...state, objectives: [...state.objectives, objective] };
    const ended = state.sessions.filter(({ objective }) => endOf(objective) <= atMs);
    for (const { objective } of ended) endedAt.set(objective, atMs);
    state = {
      ...state,
      products: state.products.map((product) => ({
        ...product,
        servedMs: ended
          .filter((session) => session.product === product.name)
          .reduce((sum, session) => sum + atMs - session.startedAtMs, product.servedMs),
        lastEndedMs: ended.some((session) => session.product === product.name) ? atMs : product.lastEndedMs,
      })),
      objectives: state.objectives.map((o) => (endedAt.has(o.id) ? { ...o, state: 'done' } : o)),
      sessions: state.sessions
        .filter((session) => !ended.includes(session))
        .map((session) => {
          const { growth = null, human = null } = workOf.get(session.objective) ?? {};
          const guess = predicted(state, productOf(state, session.product));
          const ranMs = atMs - session.startedAtMs;
          return {
            ...session,
            measured:
              growth === null
                ? null
                : { cpuCores: guess.cpuCores * growth, memoryBytes: guess.memoryBytes * growth },
            waitingOnHuman: human !== null && ranMs >= human.fromMs && ranMs < human.fromMs + human.forMs,
          };
        }),
    };

    const plan = decide(state, atMs);
    asked += 1;
    for (const objective of state.objectives) {
      if (!ready(state, objective, atMs)) readySince.delete(objective.id);
      else if (!readySince.has(objective.id)) readySince.set(objective.id, atMs);
    }
    // From its bound on, only what is ahead of it may start, and whatever lives then ends in time: so the time
    // until its start is covered by those runs and by pacing.
    for (const [id, sinceMs] of readySince) {
      const own = workOf.get(id);
      const { headBoundMs, startPacingMs } = state.limits;
      if (
        !own ||
        atMs < Math.max(sinceMs, waitingSince(state, own.objective) + headBoundMs) ||
        deadline.has(id)
      )
        continue;
      const ahead = works.filter(
        ({ objective }) => !startedAt.has(objective.id) && before(state, objective, own.objective) < 0,
      );
      const live = state.sessions.map(({ objective }) => endOf(objective));
      deadline.set(
        id,
        Math.max(atMs, ...live) +
          ahead.reduce((sum, { runMs }) => sum + runMs + startPacingMs, 0) +
          startPacingMs * (live.length + 1),
      );
    }
    for (const id of deadline.keys()) if (!readySince.has(id)) deadline.delete(id);

    for (const { objective } of startsOf(plan)) {
      if (startedAt.has(objective))
        throw new Error(`Expected ${objective} to start once, got a second start`);
      startedAt.set(objective, atMs);
      const limit = deadline.get(objective);
      if (limit !== undefined && atMs > limit)
        throw new Error(`Expected ${objective} to start by ${limit}, got ${atMs}`);
      state = start(state, objective, atMs);
      for (const other of state.objectives)
        if (!ready(state, other, atMs)) {
          readySince.delete(other.id);
          deadline.delete(other.id);
        }
    }

    const times = [
      ...works.map(({ objective }) => objective.queuedAtMs),
      ...state.sessions.flatMap(({ objective, startedAtMs }) => {
        const human = workOf.get(objective)?.human;
        return [
          endOf(objective),
          ...(human ? [startedAtMs + human.fromMs, startedAtMs + human.fromMs + human.forMs] : []),
        ];
      }),
      ...(plan.nextWakeMs === null ? [] : [plan.nextWakeMs]),
    ].filter((ms) => ms > atMs);
    if (times.length === 0) return { startedAt, endedAt, deadline, asked };
    if (asked > 10_000) throw new Error('Expected the fleet to come to rest, got 10,000 decisions');
    atMs = Math.min(...times);
  }
}
