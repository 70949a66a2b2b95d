// A product that is new in products.yaml is made ready by itself; one that could not be is told, and a human asks again.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

let t: ReturnType<typeof testFleet>;
const two = () => [product('alpha'), product('beta')];
beforeEach(async () => {
  t = testFleet({ registry: registry(two()) });
  await t.clock.settle();
});
afterEach(() => t.fleet.close());
const made = () => t.fake.calls.filter(({ command }) => command === 'make').map(({ product: name }) => name);
const told = () =>
  t.journal
    .eventsAfter(0, 1_000)
    .filter(({ kind }) => kind === 'product.made')
    .map(({ text }) => text);
const missing = new FleetError({
  product: 'gamma',
  code: 'PRODUCT_MISSING',
  message: 'Expected a folder, got none.',
  mend: 'Put it there.',
});

it('by itself when it is new, and not because another line changed', async () => {
  t.fake.add('gamma').made = ['cloned /projects/gamma', 'initialised overstory'];
  t.setRegistry(registry([...two(), product('gamma')]));
  await t.clock.settle();
  expect(made()).toEqual(['gamma']);
  expect(told()).toEqual(['gamma is ready: cloned /projects/gamma, initialised overstory.']);
  t.setRegistry(registry([...two(), product('gamma', { priority: 90 })]));
  await t.clock.settle();
  expect(made()).toEqual(['gamma']);
});

it('is in no trouble while it is made, and is when it could not be', async () => {
  const troubles = () => t.journal.eventsAfter(0, 1_000).filter(({ kind }) => kind === 'product.trouble');
  const { promise, resolve } = Promise.withResolvers<typeof missing>();
  t.fake.add('gamma').health = 'missing';
  t.fake.setFault(({ command }) => (command === 'make' ? promise : null));
  t.setRegistry(registry([...two(), product('gamma')]));
  await t.clock.settle();
  expect([made(), troubles()]).toEqual([['gamma'], []]);
  resolve(missing);
  await t.clock.settle();
  expect(troubles()).toMatchObject([{ product: 'gamma' }]);
});

it('not where overstory is off', async () => {
  t.fake.add('gamma');
  t.setRegistry(registry([...two(), product('gamma', { overstory: false })]));
  await t.clock.settle();
  expect(made()).toEqual([]);
  expect((await t.fleet.prepare('gamma')).text).toBe('gamma is listed only: overstory is off for it.');
});

it('is told with its mend, and made when a human asks again', async () => {
  t.fake.add('gamma').made = ['initialised overstory'];
  t.fake.setFault(({ command }) => (command === 'make' ? missing : null));
  t.setRegistry(registry([...two(), product('gamma')]));
  await t.clock.settle();
  expect(told()).toEqual(['gamma could not be made ready: Expected a folder, got none. Put it there.']);
  await expect(t.fleet.prepare('gamma')).rejects.toMatchObject({ code: 'PRODUCT_MISSING', product: 'gamma' });
  t.fake.setFault(() => null);
  expect(await t.fleet.prepare('gamma')).toMatchObject({
    changed: true,
    text: 'gamma is ready: initialised overstory.',
  });
  expect(await t.fleet.prepare('gamma')).toMatchObject({ changed: false, text: 'gamma is ready already.' });
});

it('leaves a product at work alone, and waits for no long clone', async () => {
  t.start('alpha', 'ship it');
  await t.clock.settle();
  await expect(t.fleet.prepare('alpha')).rejects.toMatchObject({ code: 'PRODUCT_BUSY' });
  const { promise, resolve } = Promise.withResolvers<null>();
  t.fake.setFault(({ command }) => (command === 'make' ? promise : null));
  t.fake.product('beta').made = ['cloned /projects/beta'];
  const answer = t.fleet.prepare('beta');
  await t.clock.advance(30_000);
  expect((await answer).text).toMatch(/^beta is being made ready/);
  resolve(null);
  await t.clock.settle();
  expect(told()).toEqual(['beta is ready: cloned /projects/beta.']);
});

it('is neither looked at nor started while whoever starts the fleet makes it, and shows what is done', async () => {
  const alpha = () => t.fleet.status('alpha').products[0];
  t.fleet.making.expect([{ name: 'alpha' }]);
  t.start('alpha', 'ship it');
  await t.clock.advance(500);
  t.fleet.loop.look('alpha', true);
  await t.clock.settle();
  expect(alpha()).toMatchObject({ making: 'waiting for its turn', queued: 1, error: null, ageMs: 500 });
  t.fleet.making.told('alpha', 'making a sample');
  expect(alpha()?.making).toBe('making a sample');
  t.fleet.making.ended('alpha', { done: ['created a sample'], error: null });
  await t.clock.settle();
  expect(alpha()).not.toHaveProperty('making');
  expect(alpha()?.objective?.id).toBe('obj-1');
  expect(told()).toEqual(['alpha is ready: created a sample.']);
});
