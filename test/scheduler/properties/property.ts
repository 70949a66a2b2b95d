// What a property is, and what all of them look at.
import fc from 'fast-check';
import type * as scheduler from '../../../src/scheduler/index.ts';
import type { Enforcement, FleetState, ObjectiveState, Plan } from '../../../src/scheduler/index.ts';
import { objectiveOf, start, startsOf } from '../reference.ts';

export type Scheduler = typeof scheduler;

export interface Property {
  name: string;
  /** share of the generated fleets this property gets */
  share: number;
  /** @returns how many generated inputs it judged. @throws when the property does not hold */
  check(scheduler: Scheduler, run: { numRuns: number; endOnFailure?: boolean }): number;
}

export function expect(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

const seed = 20_261_120;

export function property<T>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<T>,
  holds: (scheduler: Scheduler, value: T) => void,
): Property {
  return {
    name,
    share,
    check(scheduler, run) {
      let judged = 0;
      const counted = (value: T) => {
        holds(scheduler, value);
        judged += 1;
      };
      fc.assert(fc.property(arbitrary, counted), { seed, ...run });
      return judged;
    },
  };
}

export const startIds = (plan: Plan) => startsOf(plan).map(({ objective }) => objective);
export const enforcements = (plan: Plan) =>
  plan.decisions.filter((d): d is Enforcement => d.kind !== 'start');
export const queued = (state: FleetState) => state.objectives.filter((o) => o.state === 'queued');

/** Each of the plan's starts with the fleet just before it. */
export function* admissions(state: FleetState, plan: Plan): Generator<[FleetState, ObjectiveState]> {
  let fleetNow = state;
  for (const { objective: id } of startsOf(plan)) {
    const objective = objectiveOf(fleetNow, id);
    expect(objective !== undefined, `Expected a start of a known objective, got ${id}`);
    yield [fleetNow, objective];
    fleetNow = start(fleetNow, id, plan.atMs);
  }
}
