// A product that cannot start says why wherever it is shown, takes no objective, and is in nobody's way.
import { expect, it } from 'vitest';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

async function gone() {
  const t = testFleet({
    registry: registry([product('gone'), product('alpha'), product('off', { overstory: false })], {
      maxConcurrentSessions: 1,
    }),
  });
  await t.clock.settle();
  return t;
}
const reason = /gone has no \.overstory/;

it('is told with its reason in status, in why and as a notice; a start is refused with it', async () => {
  const t = await gone();
  t.fake.product('gone').health = 'missing';
  t.fake.changed('gone');
  await t.clock.advance(1_000);
  const [shown] = t.fleet.status(null).products;
  expect(shown).toMatchObject({ state: 'trouble', error: { code: 'OV_NOT_INITIALISED', message: reason } });
  expect(t.fleet.foresight.why('gone').line).toMatch(reason);
  expect(t.fleet.outbox.due(0).map(({ text }) => text)).toContainEqual(expect.stringMatching(reason));
  expect(() => t.start('gone', 'ship it')).toThrow(reason);
  // It is looked for by itself.
  t.fake.product('gone').health = 'ok';
  await t.clock.advance(tuning.sweepLiveMs * 2);
  t.start('gone', 'ship it');
  await t.clock.advance(1_000);
  expect(t.fleet.commands.objective('obj-1').state).toBe('running');
});

it('waits with its reason when it was accepted before, and is counted in nobody’s place', async () => {
  const t = await gone();
  t.start('alpha', 'first');
  await t.clock.advance(1_000);
  t.start('gone', 'second');
  t.start('alpha', 'third');
  expect(t.fleet.commands.objective('obj-3').position).toBe(2);
  t.fake.product('gone').health = 'uninitialised';
  t.fake.changed('gone');
  await t.clock.advance(1_000);
  expect(t.fleet.commands.objective('obj-2')).toMatchObject({
    state: 'queued',
    position: null,
    why: expect.stringMatching(reason),
  });
  expect(t.fleet.commands.objective('obj-3').position).toBe(1);
  expect(JSON.stringify(t.fleet.foresight.why('obj-2').trace)).toMatch(reason);
});
