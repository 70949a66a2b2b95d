// Rounds of work: whatever wakes them, whenever it does, one more follows.
import { expect, it } from 'vitest';
import { createRounds } from '../../src/fleet/act/rounds.ts';
import { registry, testFleet } from '../support/fleet.ts';

it.each(Array.from({ length: 12 }, (_, after) => after))(
  'woken %i microtasks after a round has given its answer, one more follows',
  async (after) => {
    const t = testFleet({ registry: registry([]) });
    let rounds = 0;
    const woken = createRounds(
      t.fleet.loop.context,
      'a test',
      new Set(),
      async () => {
        rounds += 1;
        if (rounds > 1) return null;
        let turn = Promise.resolve();
        for (let n = 0; n < after; n++) turn = turn.then(() => {});
        void turn.then(() => woken.start());
        return null;
      },
      () => {},
    );
    woken.start();
    await t.clock.settle();
    expect(rounds).toBe(2);
    await woken.close();
  },
);

it('one that fails on what woke it meanwhile waits for its time', async () => {
  const t = testFleet({ registry: registry([]) });
  let rounds = 0;
  const failing = createRounds(
    t.fleet.loop.context,
    'a test',
    new Set(),
    async () => {
      rounds += 1;
      failing.start();
      if (rounds < 50) throw new Error('Nothing works.');
      return null;
    },
    () => {},
  );
  failing.start();
  await t.clock.settle();
  expect(rounds).toBe(1);
  await t.clock.advance(t.fleet.loop.context.tuning.sweepLiveMs);
  expect(rounds).toBe(2);
  await failing.close();
});
