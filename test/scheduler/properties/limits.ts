// What starts: ready, within every limit and budget, and the same for the same input.
import { deepStrictEqual } from 'node:assert/strict';
import { fleet, freezeDeep, nowMs } from '../fleets.ts';
import {
  committed,
  fits,
  knownUsd,
  objectiveOf,
  productOf,
  ready,
  startsOf,
  wouldTake,
} from '../reference.ts';
import { admissions, expect, property } from './property.ts';

export const sameForAll = property(
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

export const limitsHold = property(
  'slots and live sessions are never exceeded',
  3,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    for (const [fleetNow, objective] of admissions(state, plan)) {
      const { slots, live } = fits(fleetNow, objective, nowMs);
      expect(slots, `Expected a free slot for ${objective.id}`);
      expect(live, `Expected room for one more live session for ${objective.id}`);
    }
  },
);

export const sumsHold = property(
  'the admission sums stay within budget at every admission',
  3,
  fleet,
  ({ decide }, state) => {
    for (const [fleetNow, objective] of admissions(state, decide(state, nowMs))) {
      const { memory, cpu, cost } = fits(fleetNow, objective, nowMs);
      expect(
        memory && cpu && cost,
        `Expected ${objective.id} within memory, cpu and cost, got ${memory}, ${cpu}, ${cost}`,
      );
    }
  },
);

export const onlyReady = property(
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

export const unknownIsNull = property(
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
      expect(of !== undefined, `Expected a start of a known objective, got ${objective}`);
      deepStrictEqual(numbers.expectedCostUsd, of.expectedCostUsd);
      deepStrictEqual(numbers.predictedMemoryBytes, wouldTake(unknown, of).memoryBytes);
      deepStrictEqual(numbers.predictedFrom, productOf(state, of.product)?.learned?.from ?? 'weight');
    }
  },
);
