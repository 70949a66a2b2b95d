// What a human says about sessions, pauses and focus, through the real gateway, the demo model and the real loop.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemoModel } from '../../src/simulator/demo-model.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { openGateway, serveFleet } from '../support/gateway.ts';
import { connectGateway, type GatewayClient } from '../support/gateway-client.ts';

const main = 'agent:meta-coordinator:main';
const names = ['product-a', 'product-b', 'product-c'];

const opened = new AsyncDisposableStack();
let fleet: ReturnType<typeof testFleet>;
let model: Awaited<ReturnType<typeof startDemoModel>>;
let client: GatewayClient;

beforeAll(async () => {
  fleet = opened.adopt(
    testFleet({
      registry: registry(
        names.map((name) => product(name)),
        { maxConcurrentSessions: 2 },
      ),
    }),
    ({ crash }) => crash(),
  );
  await fleet.clock.settle();
  const { socketPath } = opened.use(await serveFleet(fleet.fleet));
  model = opened.adopt(await startDemoModel({ port: 0 }), ({ close }) => close());
  const { url, token } = opened.use(await openGateway({ fleetd: socketPath, model: model.url }));
  client = opened.adopt(await connectGateway(url, token), ({ close }) => close());
}, 200_000);

afterAll(() => opened.disposeAsync(), 60_000);

const paused = () =>
  fleet.fleet
    .status(null)
    .products.filter((each) => each.paused !== null)
    .map(({ name }) => name);

it('says how many sessions run, pauses, focuses, explains, and undoes', async () => {
  fleet.start('product-a', 'ship it');
  fleet.start('product-b', 'write it');
  await fleet.clock.advance(1_000);

  const capacity = await client.chat(main, 'How many sessions are running? Are we at capacity?');
  expect(capacity).toContain('2 of 2 slots used');

  const done = await client.chat(main, 'Pause product-b, focus on product-a');
  expect(done).toContain('product-b is paused');
  expect(done).toContain('obj-2 on product-b is being stopped and keeps its place');
  expect(paused()).toEqual(['product-b', 'product-c']);
  await fleet.clock.advance(1_000);
  expect(fleet.journal.liveSessions().map((session) => session.product)).toEqual(['product-a']);
  const [, control] = fleet.journal
    .eventsAfter(0, 1_000)
    .filter((event) => event.kind === 'control.changed')
    .map((event) => event.data as { source: { via: string } });
  expect(control?.source.via).toBe('model');

  expect(await client.chat(main, 'Why is product-b waiting?')).toMatch(/waits until product-b is resumed/);
  expect(await client.chat(main, 'What if I start work on product-c?')).toMatch(
    /waits until product-c is resumed/,
  );
  expect(await client.chat(main, 'Set the priority of product-b to high')).toContain('is now 80');

  // the human's own way back, without the model
  const before = model.requests();
  expect(await client.chat(main, '/fleet undo')).toContain('products.yaml says again');
  expect(await client.chat(main, '/fleet undo')).toContain('product-c is resumed');
  expect(await client.chat(main, '/fleet undo')).toContain('product-b is resumed');
  expect(await client.chat(main, '/fleet why b')).toContain('Did you mean product-b?');
  expect(await client.chat(main, '/fleet cap fleet slots lots')).toMatch(/CAP_INVALID.*whole number/);
  expect(model.requests()).toBe(before);
  expect(paused()).toEqual([]);
  await fleet.clock.advance(1_000);
  expect(fleet.fleet.commands.objective('obj-2').state).toBe('running');
}, 120_000);

it('drafts work across products from a sentence, and starts it only when a human applies it', async () => {
  const before = fleet.fleet.commands.objectives(100, null).length;
  const drafted = await client.chat(main, 'Ship auth in product-a, then announce it in product-c');
  expect(drafted).toMatch(/draft-1/);
  expect(drafted).toMatch(/product-a[\s\S]*product-c/);
  expect(fleet.fleet.commands.objectives(100, null)).toHaveLength(before);

  const requests = model.requests();
  expect(await client.chat(main, '/fleet apply draft-1')).toMatch(/obj-\d+/);
  expect(model.requests()).toBe(requests);
  const [announce, ship] = fleet.fleet.commands.objectives(2, null);
  expect([ship?.product, announce?.product]).toEqual(['product-a', 'product-c']);
  expect(fleet.journal.objective(announce?.id ?? '')?.needs).toEqual([ship?.id]);
});
