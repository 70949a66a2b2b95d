// Several products of one repository, each with its part of it: two products to the scheduler, as any others.
import { afterEach, expect, it } from 'vitest';
import { product, registry, testFleet } from '../support/fleet.ts';

const parts = {
  billing: ['services/billing'],
  orders: ['services/orders'],
};
let t: ReturnType<typeof testFleet>;
afterEach(() => t.fleet.close());

async function fleetOf(maxConcurrentSessions: number) {
  const products = Object.entries(parts).map(([name, paths]) =>
    product(name, { root: `/workspace/${name}`, source: '/projects/mono', paths }),
  );
  t = testFleet({ registry: registry(products, { maxConcurrentSessions }) });
  await t.clock.settle();
}
const started = () => t.journal.eventsAfter(0, 1_000).filter(({ kind }) => kind === 'session.starting');

it('take turns for one slot, whoever asked for more first', async () => {
  await fleetOf(1);
  for (const name of ['billing', 'billing', 'billing', 'orders', 'orders', 'orders']) t.start(name, 'do it');
  for (let n = 0; n < 6; n++) {
    await t.clock.advance(60_000);
    const last = started().at(-1);
    t.fake.mailFrom(last?.product ?? '', { subject: `Run complete: [${last?.objective}]` });
    await t.clock.advance(60_000);
  }
  expect(started().map((event) => event.product)).toEqual([
    'billing',
    'orders',
    'billing',
    'orders',
    'billing',
    'orders',
  ]);
});

it('work beside each other where there are two, each told of its part alone', async () => {
  await fleetOf(2);
  for (const name of ['billing', 'orders']) t.start(name, 'do it');
  await t.clock.advance(60_000);
  expect(t.journal.liveSessions().map((session) => session.product)).toEqual(['billing', 'orders']);
  for (const [name, [part = '']] of Object.entries(parts)) {
    const text = t.fake
      .product(name)
      .received.map(({ body }) => body)
      .join('\n');
    expect(text).toContain(part);
    for (const [other] of Object.values(parts)) if (other !== part) expect(text).not.toContain(other);
  }
});
