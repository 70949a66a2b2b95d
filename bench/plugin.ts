// How long the plugin's own code holds an event loop at a stretch. The gateway is one loop for everyone, and
// its own stalls would drown ours: so the tools run here as the gateway runs them, against a real fleetd.
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFleetClient } from '../src/client/client.ts';
import { fleetTools } from '../src/openclaw/tools/index.ts';
import { atMost, type Figure, shown } from './figure.ts';
import { openLab } from './lab.ts';

const rounds = 50;

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: 50 });
  const { socket } = await lab.fleetd();
  await lab.quiet();
  const call = () => ({
    client: createFleetClient({ socketPath: socket }),
    source: { via: 'model' as const, sender: null, thread: 'bench' },
  });
  const asked: [string, object][] = [
    ['fleet_products', {}],
    ['fleet_status', {}],
    ['fleet_status', { product: 'product-7' }],
    ['fleet_inbox', { product: 'product-7' }],
    ['fleet_look', { product: 'product-7', kind: 'tree' }],
  ];
  const run = async () => {
    for (const [name, params] of asked)
      await fleetTools.find((tool) => tool.name === name)?.call(params, call);
  };
  const idle = await worst(() => sleep(1_000));
  const first = await worst(run);
  const steady = await worst(async () => {
    for (let n = 0; n < rounds; n += 1) await run();
  });
  return [
    atMost(
      'longest synchronous stretch of the tools, warm',
      'absolute',
      steady.ownMs,
      10,
      'ms',
      `of ${rounds * asked.length} calls at 50 products, without the collections in it (with them ${steady.wholeMs.toFixed(1)} ms); an idle loop beside it: ${idle.wholeMs.toFixed(1)} ms`,
    ),
    shown('the same, very first calls', first.ownMs, 'ms', 'code and schemas are compiled once'),
  ];
}

/**
 * The longest turn of this process's event loop while `work` runs: whole, and without garbage collection, which is of
 * this process's heap (here the bench's, there the gateway's) and not of the tools' code.
 */
async function worst(work: () => Promise<unknown>): Promise<{ wholeMs: number; ownMs: number }> {
  const collections: { from: number; to: number }[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime: from, duration } of list.getEntries())
      collections.push({ from, to: from + duration });
  });
  observer.observe({ entryTypes: ['gc'] });
  const turns: { from: number; to: number }[] = [];
  let from = performance.now();
  let watching = true;
  const turn = () => {
    const to = performance.now();
    // Empty turns, of which there are a million, say nothing.
    if (to - from > 0.2) turns.push({ from, to });
    from = to;
    if (watching) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  watching = false;
  // The last collections are told of a little later.
  await sleep(20);
  observer.disconnect();
  const inside = (turn: { from: number; to: number }) =>
    collections.reduce(
      (sum, c) => sum + Math.max(0, Math.min(c.to, turn.to) - Math.max(c.from, turn.from)),
      0,
    );
  return {
    wholeMs: Math.max(0, ...turns.map(({ from, to }) => to - from)),
    ownMs: Math.max(0, ...turns.map((one) => one.to - one.from - inside(one))),
  };
}
