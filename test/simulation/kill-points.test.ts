// fleetd killed at every single call and write of the main job.
import { describe, expect, it } from 'vitest';
import type { Action, Fate, KillPoint, Schedule } from './schedule.ts';
import { simulate } from './simulate.ts';

describe('killed at every point of the main job', () => {
  const start = (product: string, n: number, fate: Partial<Fate>): Action => ({
    do: 'start',
    product,
    key: `key-${n}`,
    fate: { kind: 'completes', afterMs: 5_000, asks: null, waits: true, ...fate },
    needs: [],
  });
  // One asks its human before it goes on; the second pair of starts are the same requests, asked again by somebody
  // who may not have had an answer; so is the second answer.
  const answer: Action = { do: 'answer', nth: 0, verdict: 'approved', closed: false };
  const job: Schedule = {
    seed: 1,
    products: ['p1', 'p2'],
    slots: 1,
    memoryGiB: null,
    wallOffsetMs: 0,
    machines: null,
    steps: [
      { afterMs: 500, action: start('p1', 0, { asks: 'plan' }) },
      { afterMs: 100, action: start('p2', 1, { kind: 'closes' }) },
      { afterMs: 60_000, action: answer },
      { afterMs: 3_000, action: answer },
      { afterMs: 60_000, action: start('p1', 0, {}) },
      { afterMs: 3_000, action: start('p2', 1, {}) },
      { afterMs: 30_000, action: { do: 'undo' } },
    ],
  };
  const points: KillPoint[] = ['before call', 'after call', 'before write', 'after write'];

  it.each(points)('%s', { timeout: 240_000 }, async (point) => {
    const least = point.endsWith('call') ? 60 : 30;
    for (let n = 1; ; n += 1) {
      const kill: Action = { do: 'kill', point, n, downMs: 2_000 };
      const outcome = await simulate({ ...job, steps: [{ afterMs: 0, action: kill }, ...job.steps] });
      expect(outcome.violation?.message ?? null, `killed ${point} ${n}`).toBeNull();
      expect(outcome, `killed ${point} ${n}`).toMatchObject({ accepted: 2, gates: 1 });
      if (outcome.killedAt.length === 0) {
        // There is no n-th any more.
        expect(n).toBeGreaterThan(least);
        return;
      }
    }
  });
});
