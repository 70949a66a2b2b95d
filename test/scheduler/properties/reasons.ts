// Every wait has one reason, it is so, and it is said in words.
import { deepStrictEqual } from 'node:assert/strict';
import type * as scheduler from '../../../src/scheduler/index.ts';
import type { FleetState, ObjectiveState, Plan } from '../../../src/scheduler/index.ts';
import { fleet, nowMs } from '../fleets.ts';
import {
  applied,
  closed,
  drainingHelps,
  fits,
  held,
  neverFits,
  objectiveOf,
  overCost,
  productOf,
  ready,
  startsOf,
  waitingSince,
} from '../reference.ts';
import { expect, property, queued, startIds } from './property.ts';

const readyRules = new Set(['slots', 'live', 'memory', 'cpu', 'pacing', 'behind-head']);

/** Whether what the wait says is so, judged after the plan's starts. */
function truth(state: FleetState, after: FleetState, plan: Plan, wait: scheduler.Wait): boolean {
  const objective = objectiveOf(state, wait.objective);
  if (!objective) return false;
  const product = productOf(state, objective.product);
  const lacking = fits(after, objective, nowMs);
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
        (head?.rule === 'memory' || head?.rule === 'cpu' || head?.rule === 'cost') &&
        drainingHelps(state, waiting) &&
        head.position < wait.position &&
        waitingSince(state, waiting) + state.limits.headBoundMs <= nowMs
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
    case 'account-closed':
      return closed(product, nowMs) && wait.numbers.untilMs === (product?.account.closed?.untilMs ?? null);
    case 'account-held':
      return held(product, nowMs) && wait.numbers.usedPercent === product?.account.held?.usedPercent;
    case 'never-fits':
      return neverFits(state, objective);
    // Of several runtimes, which the fleets drawn here do not have: placement.test.ts.
    case 'runtime-full':
    case 'runtime-lost':
    case 'being-placed':
    case 'fits-nowhere':
      return false;
  }
}

export const reasonsAreTrue = property(
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
  'account-closed': /waits for account \S+: .* is reached; (it opens in about|when it ends is not known)/,
  'account-held': /waits for account \S+: 95 % of .* from 90 % on nothing starts/,
  pacing: /spaced out/,
  'behind-head': /waits behind obj-.* may not be passed/,
  'never-fits': /can never run: /,
  'runtime-full': /waits for (memory|CPU) on \S+: /,
  'runtime-lost': /out of reach|no longer has it/,
  'being-placed': /is being made ready on /,
  'fits-nowhere': /can run nowhere|fits on no runtime/,
};

export const explains = property(
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
