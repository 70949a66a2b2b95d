// The smallest schedule that still breaks the same invariant: leaves out ever smaller runs of steps, then single
// ones, as long as that helps.
import type { Schedule } from './schedule.ts';
import { type Outcome, type Program, simulate } from './simulate.ts';

export async function shrink(
  schedule: Schedule,
  failure: Outcome,
  tested?: Program,
  budget = 400,
): Promise<{ schedule: Schedule; outcome: Outcome }> {
  let best = {
    schedule: { ...schedule, steps: schedule.steps.slice(0, failure.atStep + 1) },
    outcome: failure,
  };
  let runs = 0;
  const better = async (steps: Schedule['steps']): Promise<boolean> => {
    if (runs >= budget) return false;
    runs += 1;
    const smaller = { ...schedule, steps };
    const outcome = await simulate(smaller, tested);
    if (outcome.violation?.invariant !== failure.violation?.invariant) return false;
    best = { schedule: smaller, outcome };
    return true;
  };
  if (!(await better(best.schedule.steps))) best = { schedule, outcome: failure };
  for (
    let size = Math.ceil(best.schedule.steps.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.schedule.steps.length; ) {
      const { steps } = best.schedule;
      if (!(await better([...steps.slice(0, at), ...steps.slice(at + size)]))) at += size;
    }
  }
  return best;
}
