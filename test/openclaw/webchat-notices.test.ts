// What a human sees of notices: a real gateway over a real fleet, WebChat in a real Chromium. Each notice is on the
// page once, whatever restarts, is lost or is loaded again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { product, registry, testFleet } from '../support/fleet.ts';
import { openGateway, serveFleet, type TestGateway } from '../support/gateway.ts';
import { chromiumPath, openWebChat, type WebChat } from '../support/webchat.ts';
import { startScriptedModel } from './scripted-model.ts';

const opened = new AsyncDisposableStack();
let fleet: ReturnType<typeof testFleet>;
let gateway: TestGateway;
let chat: WebChat;
let receiptsLost = false;

/** The end of work on a product, in words that only its notice holds: one notice. */
async function ends(name: string, words: string): Promise<void> {
  const { id } = fleet.start(name, 'write');
  await fleet.clock.advance(2_000);
  fleet.fake.mailFrom(name, { subject: `Run complete: [${id}]`, body: words });
  await fleet.clock.advance(20_000);
}
const due = () => fleet.fleet.outbox.due(0).length;
const times = async (words: string) => (await chat.shown(words)).length;
const seen = (words: string) => expect.poll(() => times(words), { timeout: 60_000 });

describe.skipIf(chromiumPath === null && process.env.CI !== '1')('a notice in WebChat', () => {
  beforeAll(async () => {
    fleet = opened.adopt(
      testFleet({ registry: registry([product('product-a'), product('product-b')]) }),
      ({ crash }) => crash(),
    );
    await fleet.clock.settle();
    const { socketPath } = opened.use(
      await serveFleet(fleet.fleet, (path) => receiptsLost && path.endsWith('/sent')),
    );
    const model = opened.adopt(
      await startScriptedModel(({ heard }) => ({
        text: `answer ${/question (\d)/.exec(heard)?.[1] ?? 'to something else'}`,
        calls: [],
      })),
      ({ close }) => close(),
    );
    gateway = opened.use(await openGateway({ fleetd: socketPath, model: model.url }));
    chat = opened.adopt(await openWebChat(gateway.link), ({ close }) => close());
  }, 200_000);
  afterAll(() => opened.disposeAsync(), 60_000);

  it('is on the page once, also between questions and answers', async () => {
    for (const n of [1, 2, 3]) {
      await chat.send(`question ${n}`);
      await ends('product-a', `marker-${n} of a`);
      await ends('product-b', `marker-${n} of b`);
      // WebChat draws the rows near what is scrolled to, and notices push an answer out of it.
      await expect.poll(() => times(`answer ${n}`), { timeout: 60_000 }).toBeGreaterThan(0);
    }
    await expect.poll(due, { timeout: 30_000 }).toBe(0);
    for (const n of [1, 2, 3]) for (const of of ['a', 'b']) await seen(`marker-${n} of ${of}`).toBe(1);
  }, 120_000);

  it('is not told again by a gateway that was killed before its receipt, when more has become due', async () => {
    receiptsLost = true;
    await ends('product-a', 'told before the kill');
    await seen('told before the kill').toBe(1);
    await gateway.restart('SIGKILL', () => ends('product-a', 'told after the kill'));
    receiptsLost = false;
    await expect.poll(due, { timeout: 60_000 }).toBe(0);
    await seen('told after the kill').toBe(1);
    expect(await times('told before the kill')).toBe(1);
  }, 240_000);

  it('is there once after the page is loaded again and the gateway has restarted', async () => {
    const before = await times('(notice');
    expect(before).toBeGreaterThan(3);
    await gateway.restart('SIGTERM');
    await chat.page.reload();
    await seen('(notice').toBe(before);
    await ends('product-b', 'told to the page that was loaded again');
    await seen('told to the page that was loaded again').toBe(1);
    for (const words of ['told before the kill', 'marker-1 of a', 'marker-3 of b'])
      expect(await times(words)).toBe(1);
  }, 240_000);
});
