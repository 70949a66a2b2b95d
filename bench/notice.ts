// From a worker's question in a product's mail database to the message that a human sees: over the agent, fleetd's
// journal and outbox, and the plugin in a real gateway, into WebChat. No model is asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectGateway } from '../test/support/gateway-client.ts';
import { atMost, type Figure, quantile, spread } from './figure.ts';
import { openCountedGateway } from './gateway.ts';
import { askOperator, openLab } from './lab.ts';

const questions = 20;
const session = 'agent:meta-coordinator:main';
const lookEveryMs = 20;

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  await using lab = await openLab({ products: 10 });
  const { socket } = await lab.fleetd();
  await using gateway = await openCountedGateway(socket);
  const client = await connectGateway(gateway.url, gateway.token);
  try {
    await lab.quiet();
    const seen = async (subject: string) =>
      JSON.stringify(
        await client.call('chat.history', { sessionKey: session, limit: 5 }).catch(() => ''),
      ).includes(subject);
    const ask = async (n: number): Promise<number> => {
      const product = lab.products[n % lab.products.length];
      if (product === undefined) throw new Error('Expected a product');
      const asked = performance.now();
      const subject = askOperator(product, n);
      while (!(await seen(subject))) {
        if (performance.now() - asked > 60_000) throw new Error(`Expected "${subject}" in WebChat, got none`);
        await sleep(lookEveryMs);
      }
      const tookMs = performance.now() - asked;
      // fleetd marks it read with an `ov` of its own: that belongs to no sample.
      await lab.quiet(400);
      return tookMs;
    };
    // The first makes the session that WebChat will open.
    const first = await ask(0);
    const walls: number[] = [];
    for (let n = 1; n <= (quick ? 6 : questions); n += 1) walls.push(await ask(n));
    return [
      atMost(
        'worker mail → notice in WebChat (p95)',
        'absolute',
        quantile(walls, 0.95),
        2_000,
        'ms',
        `${spread(walls)}; the very first ${first.toFixed(0)} ms`,
      ),
      atMost(
        'model requests for them',
        'count',
        gateway.model.requests.length,
        0,
        '',
        `${walls.length + 1} notices`,
      ),
    ];
  } finally {
    client.close();
  }
}
