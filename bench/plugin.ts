// How long the plugin's own code holds an event loop at a stretch. The gateway is one loop for everyone, and
// its own stalls would drown ours: so the tools run here as the gateway runs them, against a real fleetd.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFleetClient } from '../src/api/client.ts';
import { fleetTools } from '../src/openclaw/tools/index.ts';
import { atMost, type Figure, shown } from './figure.ts';
import { openLab } from './lab.ts';

const rounds = 50;
/** Timers come this late by themselves. */
const resolutionMs = 1;

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
  const noise = `an idle loop beside it: ${idle.max.toFixed(1)} ms`;
  return [
    atMost(
      'longest synchronous stretch of the tools, warm (p99.9)',
      'absolute',
      steady.most,
      10,
      'ms',
      `max ${steady.max.toFixed(1)} ms over ${rounds * asked.length} calls at 50 products; ${noise}`,
    ),
    shown('the same, very first calls', first.max, 'ms', 'code and schemas are compiled once'),
  ];
}

async function worst(work: () => Promise<unknown>): Promise<{ max: number; most: number }> {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  await sleep(20);
  delay.reset();
  await work();
  await sleep(20);
  delay.disable();
  const ms = (ns: number) => Math.max(0, ns / 1e6 - resolutionMs);
  return { max: ms(delay.max), most: ms(delay.percentile(99.9)) };
}
