// Wakes, whole lives of fleets, and the forecast.
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { drive, type Scenario, scenario } from '../drive.ts';
import { fleet, nowMs } from '../fleets.ts';
import { applied, neverFits, pausedForOwnCap } from '../reference.ts';
import { enforcements, expect, property, startIds } from './property.ts';

export const wakesExactly = property(
  'nextWakeMs: nothing could start before it, and at it something changes',
  6,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const since = (product: string | null, known: number | null) =>
      enforcements(plan).some((r) => r.kind === 'tell' && r.rule === 'over-memory' && r.product === product)
        ? (known ?? nowMs)
        : null;
    const then = applied(state, plan);
    // What was started by hand cannot be paused; taken over it can, which is another fleet than was asked about.
    fc.pre(pausedForOwnCap(then, Infinity).length === pausedForOwnCap(state, Infinity).length);
    const after = {
      ...then,
      memoryOverSinceMs: since(null, state.memoryOverSinceMs),
      products: then.products.map((p) => ({ ...p, memoryOverSinceMs: since(p.name, p.memoryOverSinceMs) })),
    };
    const wake = plan.nextWakeMs;
    expect(wake === null || wake > nowMs, `Expected a wake in the future, got ${wake}`);
    const says = (atMs: number) => {
      const then = decide(after, atMs);
      return {
        starts: startIds(then),
        pauses: enforcements(then).filter(({ kind }) => kind === 'pause'),
        rules: then.waits.map((w) => w.rule),
        atLimit: then.atLimit,
      };
    };
    const at = says(nowMs);
    // A pause decided now is not in `after`: it would be decided again.
    for (const share of [0.3, 0.7, 1]) {
      const quiet = wake === null ? nowMs + share * 3_000_000 : nowMs + Math.ceil((wake - nowMs) * share) - 1;
      deepStrictEqual(says(quiet), at, `at ${quiet - nowMs} ms, before the wake`);
    }
    deepStrictEqual(at.starts, [], 'Expected nothing more to start right after a plan');
    // Asked again after its starts, as the loop does: one of them may have made the wake pointless.
    if (wake !== null && decide(after, nowMs).nextWakeMs === wake)
      expect(JSON.stringify(says(wake)) !== JSON.stringify(at), 'Expected something to change at the wake');
  },
);

export const lives = property(
  'lived through: limits hold, needs come first, and whatever fits alone starts by its bound',
  3,
  scenario(false),
  (scheduler, lived) => {
    const { startedAt, endedAt } = drive(scheduler, lived);
    const hopeless = new Set<string>();
    for (const { objective } of lived.works) {
      const stuck = neverFits(lived.state, objective) || objective.needs.some((need) => hopeless.has(need));
      if (stuck) hopeless.add(objective.id);
      expect(
        startedAt.has(objective.id) !== stuck,
        `Expected ${objective.id} ${stuck ? 'never' : 'some time'} to start`,
      );
      for (const need of startedAt.has(objective.id) ? objective.needs : [])
        expect(
          (endedAt.get(need) ?? Infinity) <= (startedAt.get(objective.id) ?? 0),
          `Expected ${need} to end before ${objective.id} starts`,
        );
    }
  },
);

/** All priorities the same, nothing but slots to wait for, and every run longer than an ageing window. */
const amongEquals = ({ state, works }: Scenario): Scenario => ({
  state: {
    ...state,
    limits: {
      ...state.limits,
      strategy: 'priority-weighted',
      ageingMsPerPoint: 1_000,
      maxMemoryBytes: null,
      maxCpuCores: null,
      maxCostUsdPerDay: null,
    },
    products: state.products.map((product) => ({ ...product, priority: 50 })),
  },
  works: works.map((work) => ({ ...work, human: null, objective: { ...work.objective, needs: [] } })),
});

export const sharesFairly = property(
  'among equals nobody waits for more than one objective of each other product, however many it has queued',
  2,
  scenario(false).map(amongEquals),
  (scheduler, lived) => {
    const { startedAt, endedAt } = drive(scheduler, lived);
    const startOf = (id: string) => startedAt.get(id) ?? Infinity;
    for (const { objective } of lived.works) {
      const startMs = startOf(objective.id);
      const others = lived.works.map((work) => work.objective).filter(({ id }) => id !== objective.id);
      const freeMs = others
        .filter(({ id, product }) => product === objective.product && startOf(id) < startMs)
        .map(({ id }) => endedAt.get(id) ?? Infinity);
      const readyMs = Math.max(objective.queuedAtMs, ...freeMs);
      const between = others
        .filter(({ id, product }) => product !== objective.product && startOf(id) >= readyMs)
        .filter(({ id }) => startOf(id) < startMs)
        .map(({ product }) => product);
      expect(
        new Set(between).size === between.length,
        `Expected ${objective.id} to wait for one objective each, got ${between.join(', ')}`,
      );
    }
  },
);

export const forecastComesTrue = property(
  'the forecast comes true when the estimates are right',
  2,
  scenario(true),
  (scheduler, lived) => {
    const state = { ...lived.state, objectives: lived.works.map(({ objective }) => objective) };
    const { startedAt } = drive(scheduler, lived);
    const { starts, truncated } = scheduler.forecast(
      state,
      Math.min(...state.objectives.map((o) => o.queuedAtMs)),
    );
    deepStrictEqual(truncated, false);
    deepStrictEqual(new Map(starts.map(({ objective, startMs }) => [objective, startMs])), startedAt);
  },
);

export const forecastStarts = property(
  'the forecast begins with what decide starts, and keeps within the limits',
  1,
  fleet,
  ({ decide, forecast }, state) => {
    const { starts } = forecast(state, nowMs);
    deepStrictEqual(
      starts
        .filter(({ startMs }) => startMs === nowMs)
        .map(({ objective }) => objective)
        .slice(0, startIds(decide(state, nowMs)).length),
      startIds(decide(state, nowMs)),
    );
    deepStrictEqual(
      starts,
      starts.toSorted((a, b) => a.startMs - b.startMs),
    );
    deepStrictEqual(new Set(starts.map(({ objective }) => objective)).size, starts.length);
    for (const { startMs } of starts) {
      const running = starts.filter((s) => s.startMs <= startMs && (s.endMs ?? Infinity) > startMs);
      expect(
        running.length <= state.limits.maxConcurrentSessions,
        'Expected the forecast to keep to the slots',
      );
      deepStrictEqual(new Set(running.map(({ product }) => product)).size, running.length);
    }
  },
);
