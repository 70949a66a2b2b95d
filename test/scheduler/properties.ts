// What must hold of the scheduler, each as a check against any implementation of it: the test suite runs them on the
// real one, scripts/scheduler-mutants.ts on broken copies.
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type * as scheduler from '../../src/scheduler/index.ts';
import type { FleetState, ObjectiveState, Plan, Relief } from '../../src/scheduler/index.ts';
import { drive, scenario } from './drive.ts';
import { fleet, freezeDeep, gib, nowMs } from './fleets.ts';
import {
  applied,
  before,
  committed,
  fits,
  knownUsd,
  neverFits,
  objectiveOf,
  overCost,
  predicted,
  productOf,
  ready,
  slotsUsed,
  start,
  startsOf,
} from './reference.ts';

export type Scheduler = typeof scheduler;

export interface Property {
  name: string;
  /** share of the generated fleets this property gets; 1 is 1,000 of them in the test run */
  share: number;
  /** @throws when the property does not hold */
  check(scheduler: Scheduler, run: { numRuns: number; endOnFailure?: boolean }): void;
}

function expect(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

const seed = 20_261_120;

function property<T>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<T>,
  holds: (scheduler: Scheduler, value: T) => void,
): Property {
  return {
    name,
    share,
    check: (scheduler, run) =>
      fc.assert(
        fc.property(arbitrary, (value) => holds(scheduler, value)),
        { seed, ...run },
      ),
  };
}

const startIds = (plan: Plan) => startsOf(plan).map(({ objective }) => objective);
const reliefs = (plan: Plan) => plan.decisions.filter((d): d is Relief => d.kind !== 'start');
const queued = (state: FleetState) => state.objectives.filter((o) => o.state === 'queued');

/** Each of the plan's starts with the fleet just before it. */
function* admissions(state: FleetState, plan: Plan): Generator<[FleetState, ObjectiveState]> {
  let fleetNow = state;
  for (const { objective: id } of startsOf(plan)) {
    const objective = objectiveOf(fleetNow, id);
    expect(objective !== undefined, `Expected a start of a known objective, got ${id}`);
    yield [fleetNow, objective];
    fleetNow = start(fleetNow, id, plan.atMs);
  }
}

const sameForAll = property(
  'the same input gives the same plan, in any order, and is not changed',
  2,
  fleet,
  ({ decide }, state) => {
    const plan = decide(freezeDeep(structuredClone(state)), nowMs);
    deepStrictEqual(decide(freezeDeep(structuredClone(state)), nowMs), plan);
    const turned = {
      ...state,
      products: state.products.toReversed(),
      objectives: state.objectives.toReversed(),
    };
    const other = decide(freezeDeep(structuredClone(turned)), nowMs);
    deepStrictEqual(
      [other.decisions, other.waits, other.nextWakeMs],
      [plan.decisions, plan.waits, plan.nextWakeMs],
    );
  },
);

const limitsHold = property('slots and live sessions are never exceeded', 3, fleet, ({ decide }, state) => {
  const plan = decide(state, nowMs);
  for (const [fleetNow, objective] of admissions(state, plan)) {
    const { slots, live } = fits(fleetNow, objective);
    expect(slots, `Expected a free slot for ${objective.id}`);
    expect(live, `Expected room for one more live session for ${objective.id}`);
  }
});

const sumsHold = property(
  'the admission sums stay within budget at every admission',
  3,
  fleet,
  ({ decide }, state) => {
    for (const [fleetNow, objective] of admissions(state, decide(state, nowMs))) {
      const { memory, cpu, cost } = fits(fleetNow, objective);
      expect(
        memory && cpu && cost,
        `Expected ${objective.id} within memory, cpu and cost, got ${memory}, ${cpu}, ${cost}`,
      );
    }
  },
);

const onlyReady = property(
  'only what is ready starts, one per product, spaced out',
  3,
  fleet,
  ({ decide }, state) => {
    let last = state.lastStartMs;
    for (const [fleetNow, objective] of admissions(state, decide(state, nowMs))) {
      expect(ready(fleetNow, objective, nowMs), `Expected ${objective.id} to be ready when it starts`);
      const pacing = state.limits.startPacingMs;
      expect(last === null || pacing === 0 || last + pacing <= nowMs, `Expected ${objective.id} to be paced`);
      last = nowMs;
    }
  },
);

const readyRules = new Set(['slots', 'live', 'memory', 'cpu', 'pacing', 'behind-head']);

/** Whether what the wait says is so, judged after the plan's starts. */
function truth(state: FleetState, after: FleetState, plan: Plan, wait: scheduler.Wait): boolean {
  const objective = objectiveOf(state, wait.objective);
  if (!objective) return false;
  const product = productOf(state, objective.product);
  const lacking = fits(after, objective);
  const needs = objective.needs.map((id) => objectiveOf(state, id)?.state);
  const failed = needs.some((s) => s === 'failed' || s === 'cancelled');
  switch (wait.rule) {
    case 'slots':
    case 'live':
    case 'memory':
    case 'cpu':
      return !lacking[wait.rule];
    case 'cost':
      return (
        !lacking.cost ||
        overCost(
          product?.spentTodayUsd ?? 0,
          objective.expectedCostUsd,
          product?.caps.maxCostUsdPerDay ?? null,
        )
      );
    case 'pacing':
      return (after.lastStartMs ?? -Infinity) + state.limits.startPacingMs > nowMs;
    case 'behind-head': {
      const head = plan.waits.find((other) => other.objective === wait.behind[0]);
      const waiting = head && objectiveOf(state, head.objective);
      return (
        waiting !== undefined &&
        (head?.rule === 'memory' || head?.rule === 'cpu') &&
        head.position < wait.position &&
        Math.max(waiting.queuedAtMs, waiting.notBeforeMs ?? 0) + state.limits.headBoundMs <= nowMs
      );
    }
    case 'product-busy':
      return after.sessions.some((s) => s.product === objective.product && s.objective === wait.behind[0]);
    case 'product-paused':
      return product?.paused != null;
    case 'objective-paused':
      return objective.paused !== null;
    case 'not-startable':
      return !product?.startable;
    case 'needs':
      return !failed && needs.some((s) => s !== 'done');
    case 'needs-failed':
      return failed;
    case 'not-before':
      return (objective.notBeforeMs ?? 0) > nowMs;
    case 'breaker':
      return (product?.breaker.openUntilMs ?? 0) > nowMs;
    case 'never-fits':
      return neverFits(state, objective);
  }
}

const reasonsAreTrue = property(
  'what does not start has one wait, and its reason is so',
  4,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const after = applied(state, plan);
    const named = [...startIds(plan), ...plan.waits.map((wait) => wait.objective)];
    deepStrictEqual(
      named.toSorted(),
      queued(state)
        .map(({ id }) => id)
        .toSorted(),
    );
    deepStrictEqual(
      plan.waits.map(({ position }) => position),
      plan.waits.map((_, index) => index + 1),
    );
    for (const wait of plan.waits) {
      expect(truth(state, after, plan, wait), `Expected ${wait.rule} of ${wait.objective} to be so`);
      const isReady = ready(state, objectiveOf(state, wait.objective) as ObjectiveState, nowMs);
      const shared = readyRules.has(wait.rule) || (wait.rule === 'cost' && wait.numbers.scope === 'fleet');
      expect(!shared || isReady, `Expected ${wait.objective} with ${wait.rule} to be ready`);
    }
  },
);

const orderKept = property(
  'the queue is in order, and nothing passes what fits or what is past its bound',
  4,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const ids = plan.waits.map(({ objective }) => objective);
    const inOrder = (list: string[]) =>
      list.toSorted((a, b) =>
        before(state, objectiveOf(state, a) as ObjectiveState, objectiveOf(state, b) as ObjectiveState),
      );
    deepStrictEqual(ids, inOrder(ids), 'waits in queue order');
    deepStrictEqual(startIds(plan), inOrder(startIds(plan)), 'starts in queue order');
    for (const [fleetNow, objective] of admissions(state, plan))
      for (const passed of queued(fleetNow)) {
        if (passed.id === objective.id || before(state, passed, objective) > 0) continue;
        if (!ready(fleetNow, passed, nowMs)) continue;
        const { memory, cpu, cost } = fits(fleetNow, passed);
        expect(
          !(memory && cpu && cost),
          `Expected ${passed.id}, which fits, not to be passed by ${objective.id}`,
        );
        const bound = Math.max(passed.queuedAtMs, passed.notBeforeMs ?? 0) + state.limits.headBoundMs;
        expect(
          (memory && cpu) || bound > nowMs,
          `Expected ${passed.id}, past its bound, not to be passed by ${objective.id}`,
        );
      }
  },
);

const backfills = property(
  'smaller work passes a head that does not fit, until its bound; once the slots are full no bound matters',
  2,
  fleet,
  ({ decide, withLimits }, state) => {
    const limits = { headBoundMs: 10_000_000, maxConcurrentSessions: slotsUsed(state) + 1, startPacingMs: 0 };
    const plan = decide(withLimits(state, limits), nowMs);
    expect(
      plan.waits.every(({ rule }) => rule !== 'behind-head'),
      'Expected nobody behind a head before its bound',
    );
    if (startsOf(plan).length === 0) return;
    const times = plan.waits.map(({ numbers }) => numbers.untilMs ?? null);
    expect(
      plan.nextWakeMs === null || times.includes(plan.nextWakeMs),
      `Expected a wake for a time that a wait names, got ${plan.nextWakeMs}`,
    );
  },
);

const wakesExactly = property(
  'nextWakeMs: nothing could start before it, and at it something changes',
  6,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const overMemory = reliefs(plan).some(({ rule }) => rule === 'over-memory');
    const after = {
      ...applied(state, plan),
      memoryOverSinceMs: overMemory ? (state.memoryOverSinceMs ?? nowMs) : null,
    };
    const wake = plan.nextWakeMs;
    expect(wake === null || wake > nowMs, `Expected a wake in the future, got ${wake}`);
    const says = (atMs: number) => {
      const then = decide(after, atMs);
      return {
        starts: startIds(then),
        pauses: reliefs(then).filter(({ kind }) => kind === 'pause'),
        rules: then.waits.map((w) => w.rule),
      };
    };
    const at = says(nowMs);
    // A pause decided now is not in `after`: it would be decided again.
    for (const share of [0.3, 0.7, 1]) {
      const quiet = wake === null ? nowMs + share * 3_000_000 : nowMs + Math.ceil((wake - nowMs) * share) - 1;
      deepStrictEqual(says(quiet), at, `at ${quiet - nowMs} ms, before the wake`);
    }
    deepStrictEqual(at.starts, [], 'Expected nothing more to start right after a plan');
    if (wake !== null)
      expect(JSON.stringify(says(wake)) !== JSON.stringify(at), 'Expected something to change at the wake');
  },
);

const reliefHolds = property(
  'relief: told while over, paused after the grace, the lowest first, asked at the cost limit',
  4,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const { limits, sessions } = state;
    const memoryOf = (list: typeof sessions) =>
      list.reduce((sum, s) => sum + (s.measured?.memoryBytes ?? 0), 0);
    const cpuUsed = sessions.reduce((sum, s) => sum + (s.measured?.cpuCores ?? 0), 0);
    const has = (kind: string, rule: string) => reliefs(plan).some((r) => r.kind === kind && r.rule === rule);
    const over = memoryOf(sessions) > (limits.maxMemoryBytes ?? Infinity);
    const working = sessions.filter(({ state: at }) => at !== 'stopping');
    const due = over && (state.memoryOverSinceMs ?? nowMs) + limits.memoryGraceMs <= nowMs;
    const overCpu = cpuUsed > (limits.maxCpuCores ?? Infinity);
    deepStrictEqual(has('tell', 'over-memory'), over);
    deepStrictEqual(
      has('pause', 'over-memory'),
      due && memoryOf(working) > (limits.maxMemoryBytes ?? Infinity),
    );
    deepStrictEqual(has('tell', 'over-cpu'), overCpu);
    if (over || overCpu) deepStrictEqual(startIds(plan), [], 'nothing starts while over budget');
    const victim = reliefs(plan).find(({ kind }) => kind === 'pause');
    if (victim && limits.strategy !== 'fifo') {
      const priority = (name: string | null) => productOf(state, name ?? '')?.priority ?? 0;
      expect(
        working.some(({ product }) => product === victim.product),
        'Expected to pause what works',
      );
      expect(
        working.every(({ product }) => priority(product) >= priority(victim.product)),
        'Expected the lowest to be paused',
      );
    }
    const reached = (spent: number | null | undefined, limit: number | null | undefined) =>
      spent != null && limit != null && spent >= limit;
    const all = working.length > 0 && reached(state.spentTodayUsd, limits.maxCostUsdPerDay);
    const each = working
      .map(({ product }) => productOf(state, product))
      .filter((p) => reached(p?.spentTodayUsd, p?.caps.maxCostUsdPerDay));
    deepStrictEqual(
      reliefs(plan)
        .filter(({ rule }) => rule === 'over-cost')
        .map(({ product }) => product)
        .toSorted(),
      all ? [null] : each.map((p) => p?.name).toSorted(),
    );
  },
);

const moreBudget = property(
  'with more budget, the first start that differs is one more',
  3,
  fc.tuple(fleet, fc.nat(3), fc.nat(3), fc.nat(4), fc.nat(4)),
  ({ decide, withLimits }, [state, slots, live, memory, cpu]) => {
    const { limits } = state;
    const richer = withLimits(state, {
      maxConcurrentSessions: limits.maxConcurrentSessions + slots,
      maxLiveSessions: limits.maxLiveSessions + live,
      maxMemoryBytes: limits.maxMemoryBytes === null ? null : limits.maxMemoryBytes + memory * gib,
      maxCpuCores: limits.maxCpuCores === null ? null : limits.maxCpuCores + cpu / 2,
    });
    // What could never run and now can is a new contender: it may claim its bound, and others then rightly wait.
    fc.pre(queued(state).every((o) => neverFits(state, o) === neverFits(richer, o)));
    const less = new Set(startIds(decide(state, nowMs)));
    const more = new Set(startIds(decide(richer, nowMs)));
    const differing = queued(state)
      .toSorted((a, b) => before(state, a, b))
      .find(({ id }) => less.has(id) !== more.has(id));
    expect(
      !differing || more.has(differing.id),
      `Expected more budget to start ${differing?.id}, which it stopped`,
    );
  },
);

const humanGivesSlot = property(
  'waiting on a human gives back the slot and nothing else',
  1,
  fleet,
  ({ decide, withLimits }, state) => {
    const awake = { ...state, sessions: state.sessions.map((s) => ({ ...s, waitingOnHuman: false })) };
    const freed = slotsUsed(awake) - slotsUsed(state);
    const wider = withLimits(awake, { maxConcurrentSessions: awake.limits.maxConcurrentSessions + freed });
    deepStrictEqual(startIds(decide(state, nowMs)), startIds(decide(wider, nowMs)));
  },
);

const fifoOracle = property(
  'fifo is arrival order, and so are equal priorities that came in one window',
  2,
  fleet,
  ({ decide }, state) => {
    const fifo = decide({ ...state, limits: { ...state.limits, strategy: 'fifo' } }, nowMs);
    const equal = decide(
      {
        ...state,
        limits: { ...state.limits, strategy: 'priority-weighted', ageingMsPerPoint: 0 },
        products: state.products.map((product) => ({ ...product, priority: 50, servedMs: 0 })),
      },
      nowMs,
    );
    const arrivals = (ids: string[]) => ids.map((id) => objectiveOf(state, id)?.arrival ?? 0);
    const ascending = (list: number[]) => list.toSorted((a, b) => a - b);
    for (const ids of [startIds(fifo), fifo.waits.map(({ objective }) => objective)])
      deepStrictEqual(arrivals(ids), ascending(arrivals(ids)));
    deepStrictEqual(startIds(equal), startIds(fifo));
    deepStrictEqual(
      equal.waits.map(({ objective, rule }) => [objective, rule]),
      fifo.waits.map(({ objective, rule }) => [objective, rule]),
    );
  },
);

const hopelessAside = property('what can never run holds up nobody', 1, fleet, ({ decide }, state) => {
  const without = {
    ...state,
    objectives: state.objectives.filter((o) => o.state !== 'queued' || !neverFits(state, o)),
  };
  deepStrictEqual(startIds(decide(without, nowMs)), startIds(decide(state, nowMs)));
});

const unknownIsNull = property(
  'unknown cost and unmeasured sessions stay unknown in every number',
  1,
  fleet,
  ({ decide }, state) => {
    const unknown = {
      ...state,
      spentTodayUsd: null,
      products: state.products.map((p) => ({ ...p, spentTodayUsd: null })),
    };
    const plan = decide(unknown, nowMs);
    deepStrictEqual(plan.capacity.spentTodayUsd, null);
    deepStrictEqual(plan.capacity.reservedUsd, knownUsd(unknown));
    deepStrictEqual(plan.capacity.committed, committed(unknown));
    deepStrictEqual(
      plan.capacity.measured === null,
      unknown.sessions.every(({ measured }) => measured === null),
    );
    for (const { numbers } of [...startsOf(plan), ...plan.waits]) {
      if ('spentUsd' in numbers) deepStrictEqual(numbers.spentUsd, null);
      if ('spentTodayUsd' in numbers) deepStrictEqual(numbers.spentTodayUsd, null);
    }
    for (const { objective, numbers } of startsOf(plan)) {
      const of = objectiveOf(state, objective);
      const guess = predicted(state, productOf(state, of?.product ?? ''));
      deepStrictEqual(numbers.expectedCostUsd, of?.expectedCostUsd);
      deepStrictEqual(numbers.predictedMemoryBytes, guess.memoryBytes);
    }
  },
);

const lives = property(
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

const forecastComesTrue = property(
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

const forecastStarts = property(
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

/** What each rule's sentence must say, whoever words the rest. */
const says: Record<scheduler.WaitRule, RegExp> = {
  slots: /waits for a slot: \d+ of \d+ in use|max_concurrent_sessions is 0/,
  live: /\d+ of \d+ live|max_live_sessions is 0/,
  memory: /waits for memory: it needs .* GiB/,
  cpu: /waits for CPU: it needs .* core/,
  cost: /waits for money: .* \$\d/,
  'product-busy': /one objective at a time/,
  'product-paused': /is resumed: paused .* ago \(/,
  'objective-paused': /until it is resumed: paused .* ago \(/,
  'not-startable': /cannot start: .*products\.yaml/,
  needs: /to be done first/,
  'needs-failed': /cannot start: it needs .*(failed|cancelled)/,
  'not-before': /not before in about/,
  breaker: /failed to start \d+ times/,
  pacing: /spaced out/,
  'behind-head': /waits behind obj-.* may not be passed/,
  'never-fits': /can never run: /,
};

const explains = property(
  'explain says what decide decided, of everything in the plan',
  3,
  fleet,
  ({ decide, explain, forecast }, state) => {
    const plan = decide(state, nowMs);
    const expected = forecast(state, nowMs, { maxSteps: 20 });
    for (const wait of plan.waits) {
      const { line, trace } = explain(plan, wait.objective, expected) ?? {};
      expect(
        line?.startsWith(`${wait.objective} on ${wait.product} `) === true,
        `Expected the objective first, got: ${line}`,
      );
      expect(says[wait.rule].test(line), `Expected ${wait.rule} in words, got: ${line}`);
      expect(!/undefined|NaN|null/.test(line), `Expected a human's sentence, got: ${line}`);
      deepStrictEqual(trace?.waits, [wait]);
      const startMs = expected.starts.find(({ objective }) => objective === wait.objective)?.startMs ?? null;
      deepStrictEqual(trace?.expectedStartMs, startMs);
      if (startMs !== null && wait.rule === 'slots')
        expect(/expected start (now|in about)/.test(line), `Expected a time, got: ${line}`);
    }
    for (const admitted of startsOf(plan)) {
      const explained = explain(plan, admitted.objective);
      expect(
        explained?.line.includes(`${admitted.objective} on ${admitted.product} starts now`) === true,
        `Got: ${explained?.line}`,
      );
      deepStrictEqual(explained?.trace.decisions.includes(admitted), true);
    }
    for (const { objective, product } of state.sessions)
      for (const target of [objective, product])
        expect(explain(plan, target) !== null, `Expected a line about ${target}`);
    deepStrictEqual(explain(plan, 'obj-none'), null);
  },
);

const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });

const cyclesFound = property(
  'findCycle names a circle exactly when there is one',
  1,
  edges,
  ({ findCycle }, pairs) => {
    const objectives = Array.from({ length: 8 }, (_, i) => ({
      id: `obj-${i}`,
      needs: pairs.filter(([from]) => from === i).map(([, to]) => `obj-${to}`),
    }));
    // Oracle: take away whatever needs nothing that is left, until nothing can be taken.
    let left = objectives;
    for (let size = -1; size !== left.length; ) {
      size = left.length;
      const ids = new Set(left.map(({ id }) => id));
      left = left.filter(({ needs }) => needs.some((id) => ids.has(id)));
    }
    const cycle = findCycle(objectives);
    deepStrictEqual(cycle !== null, left.length > 0);
    if (cycle) {
      deepStrictEqual(cycle[0], cycle.at(-1));
      expect(cycle.length > 1, 'Expected a circle of at least one step');
      for (const [index, id] of cycle.slice(1).entries())
        expect(
          objectives.find((o) => o.id === cycle[index])?.needs.includes(id) === true,
          `Expected ${cycle[index]} to need ${id}`,
        );
    }
  },
);

export const properties: Property[] = [
  sameForAll,
  limitsHold,
  sumsHold,
  onlyReady,
  reasonsAreTrue,
  orderKept,
  backfills,
  wakesExactly,
  reliefHolds,
  moreBudget,
  humanGivesSlot,
  fifoOracle,
  hopelessAside,
  unknownIsNull,
  lives,
  forecastComesTrue,
  forecastStarts,
  explains,
  cyclesFound,
];
