// In which order, who may pass whom, and arrival order as the oracle.
import { deepStrictEqual } from 'node:assert/strict';
import type { Enforcement, ObjectiveState } from '../../../src/scheduler/index.ts';
import { fleet, nowMs } from '../fleets.ts';
import {
  applied,
  before,
  drainingHelps,
  fits,
  neverFits,
  objectiveOf,
  ready,
  slotsUsed,
  takenOver,
  waitingSince,
} from '../reference.ts';
import { admissions, enforcements, expect, property, queued, startIds } from './property.ts';

export const orderKept = property(
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
    for (const [fleetNow, objective] of admissions(state, plan)) {
      // It takes nothing that somebody else could have.
      const takesOver = takenOver(fleetNow, objective.product) !== undefined;
      for (const passed of queued(fleetNow)) {
        if (passed.id === objective.id || before(state, passed, objective) > 0) continue;
        if (!ready(fleetNow, passed, nowMs)) continue;
        const { slots, live, memory, cpu, cost } = fits(fleetNow, passed, nowMs);
        expect(
          takesOver || !(slots && live && memory && cpu && cost),
          `Expected ${passed.id}, which fits, not to be passed by ${objective.id}`,
        );
        const bound = waitingSince(state, passed) + state.limits.headBoundMs;
        expect(
          takesOver || !drainingHelps(state, passed) || bound > nowMs,
          `Expected ${passed.id}, past its bound, not to be passed by ${objective.id}`,
        );
      }
    }
  },
);

export const backfills = property(
  'smaller work passes a head that does not fit, until its bound; once the slots are full no bound matters',
  2,
  fleet,
  ({ decide, withLimits }, state) => {
    const limits = {
      headBoundMs: 10_000_000,
      maxConcurrentSessions: slotsUsed(state, nowMs) + 1,
      startPacingMs: 0,
    };
    const plan = decide(withLimits(state, limits), nowMs);
    expect(
      plan.waits.every(({ rule }) => rule !== 'behind-head'),
      'Expected nobody behind a head before its bound',
    );
    if (slotsUsed(applied(state, plan), nowMs) < limits.maxConcurrentSessions) return;
    const graceEnds = ({ numbers }: Enforcement) => Number(numbers.sinceMs) + state.limits.memoryGraceMs;
    const times = [
      ...plan.waits.map(({ numbers }) => numbers.untilMs ?? null),
      ...enforcements(plan).map(graceEnds),
      ...plan.atLimit.map(({ untilMs }) => untilMs),
    ];
    expect(
      plan.nextWakeMs === null || times.includes(plan.nextWakeMs),
      `Expected a wake for a time that a wait names, got ${plan.nextWakeMs}`,
    );
  },
);

export const fifoOracle = property(
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

export const hopelessAside = property('what can never run holds up nobody', 1, fleet, ({ decide }, state) => {
  const without = {
    ...state,
    objectives: state.objectives.filter((o) => o.state !== 'queued' || !neverFits(state, o)),
  };
  deepStrictEqual(startIds(decide(without, nowMs)), startIds(decide(state, nowMs)));
});
