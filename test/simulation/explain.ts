// What a seed breaks, shrunk, with the command that runs it again.
import { makeSchedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

/** null: it holds */
export async function explain(seed: number): Promise<string | null> {
  const schedule = makeSchedule(seed);
  const outcome = await simulate(schedule);
  if (outcome.violation === null) return null;
  const small = await shrink(schedule, outcome, undefined, 60);
  return [
    `seed ${schedule.seed}: ${outcome.violation.message}`,
    ...small.schedule.steps.map((step) => JSON.stringify(step)),
    ...small.outcome.log.slice(-20),
    `npm run test:simulation -- --seeds 1 --from ${schedule.seed} --log`,
  ].join('\n');
}
