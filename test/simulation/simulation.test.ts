// 200 seeds of the simulation, and fleetd killed at every single call and write of the main job. More seeds, and
// one seed again: `npm run test:simulation -- --seeds 2000 --from 1`.
import { describe, expect, it } from 'vitest';
import { type Action, type KillPoint, makeSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const seeds = 200;
const perTest = 25;

async function explain(schedule: Schedule): Promise<string | null> {
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

describe('whatever happens', () => {
  it.each(Array.from({ length: seeds / perTest }, (_, i) => 1 + i * perTest))(
    `holds from seed %i on`,
    { timeout: 180_000 },
    async (first) => {
      for (let seed = first; seed < first + perTest; seed += 1)
        expect(await explain(makeSchedule(seed))).toBeNull();
    },
  );
});

describe('killed at every point of the main job', () => {
  const ask = (product: string, n: number, kind: 'completes' | 'closes'): Action => ({
    do: 'start',
    product,
    key: `key-${n}`,
    fate: { kind, afterMs: 5_000 },
    needs: [],
  });
  // The second pair are the same requests, asked again by somebody who may not have had an answer.
  const job: Schedule = {
    seed: 1,
    products: ['p1', 'p2'],
    slots: 1,
    steps: [
      { afterMs: 500, action: ask('p1', 0, 'completes') },
      { afterMs: 100, action: ask('p2', 1, 'closes') },
      { afterMs: 60_000, action: ask('p1', 0, 'completes') },
      { afterMs: 3_000, action: ask('p2', 1, 'closes') },
    ],
  };
  const points: KillPoint[] = ['before call', 'after call', 'before write', 'after write'];

  it.each(points)('%s', { timeout: 180_000 }, async (point) => {
    const { calls, writes } = await simulate(job);
    const most = point.endsWith('call') ? calls : writes;
    expect(most).toBeGreaterThan(10);
    for (let n = 1; n <= Math.min(most, 80); n += 1) {
      const outcome = await simulate({
        ...job,
        steps: [{ afterMs: 0, action: { do: 'kill', point, n, downMs: 2_000 } }, ...job.steps],
      });
      expect(outcome.violation?.message ?? null, `killed ${point} ${n}`).toBeNull();
      expect(outcome.accepted, `killed ${point} ${n}`).toBe(2);
    }
  });
});
