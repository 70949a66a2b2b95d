// An hour of a busy fleet of 50 before a real gateway, with its page open in Chromium: nothing of it may grow.
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { freePort } from '../test/support/trial-process.ts';
import { chromiumPath } from '../test/support/webchat.ts';
import { atMost, type Figure, median, notMeasured } from './figure.ts';
import { openCountedGateway } from './gateway.ts';
import { openLab, touch } from './lab.ts';
import { descriptors, residentMb } from './machine.ts';

const token = 'a-token-of-the-bench';
const sampleMs = 5_000;

interface Sample {
  mb: number;
  /** open descriptors of a process, nodes of the page's document */
  things: number;
}

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const seconds = quick ? 60 : 3_600;
  if (chromiumPath === null) return [missing];
  await using lab = await openLab({ products: 50 });
  const dashboard = { port: await freePort(), host: '127.0.0.1' as const, token };
  const { client, pid, agentPid, socket } = await lab.fleetd({ dashboard });
  await using gateway = await openCountedGateway(socket);
  await using page = await openPage(`http://localhost:${dashboard.port}/#token=${token}`, chromiumPath);
  const process = (of: number) => async () => ({ mb: residentMb(of), things: descriptors(of) });
  const watched = {
    fleetd: process(pid),
    agent: process(agentPid),
    gateway: process(gateway.pid()),
    page: page.sample,
  };
  await lab.quiet();
  const samples = Object.fromEntries(Object.keys(watched).map((name) => [name, [] as Sample[]]));
  const end = Date.now() + seconds * 1_000;
  let sampledMs = 0;
  for (let n = 0; Date.now() < end; n += 1) {
    const product = lab.products[(n * 7) % lab.products.length];
    if (product) touch(product);
    await client.status();
    if (Date.now() - sampledMs >= sampleMs) {
      sampledMs = Date.now();
      for (const [name, sample] of Object.entries(watched)) samples[name]?.push(await sample());
    }
    await sleep(500);
  }
  return Object.entries(samples).flatMap(([name, series]) => figuresOf(name, series, seconds / 60));
}

function figuresOf(name: string, series: readonly Sample[], minutes: number): Figure[] {
  const quarter = (n: number) =>
    series.slice(Math.floor((series.length * n) / 4), Math.floor((series.length * (n + 1)) / 4));
  const memory = (n: number) => median(quarter(n).map(({ mb }) => mb));
  // What comes and goes is no growth; what is never given back raises the least there was.
  const things = (n: number) => Math.min(...quarter(n).map((sample) => sample.things));
  const each = [0, 1, 2, 3];
  return [
    atMost(
      `soak: memory of ${name}, last quarter against the second`,
      'ratio',
      memory(3) / memory(1),
      1.05,
      '×',
      `${each.map((n) => memory(n).toFixed(1)).join(' → ')} MB by quarter; ${minutes} min, a change and a status every half second`,
    ),
    atMost(
      `soak: more ${name === 'page' ? 'nodes' : 'descriptors'} of ${name}`,
      'count',
      things(3) - things(1),
      0,
      '',
      `${each.map(things).join(' → ')} by quarter`,
    ),
  ];
}

/** The fleet's page, as it lies open on a desk. A sample is its own heap after a collection: nothing that is let go. */
async function openPage(url: string, executablePath: string) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('#connection[data-state=live]').waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return {
    async sample(): Promise<Sample> {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      const { metrics } = await session.send('Performance.getMetrics');
      return {
        mb: usedSize / 1e6,
        things: metrics.find(({ name }) => name === 'Nodes')?.value ?? Number.NaN,
      };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

const missing: Figure = notMeasured({
  name: 'soak: memory of fleetd, last quarter against the second',
  kind: 'ratio',
  unit: '×',
  limit: 1.05,
  better: 'less',
  why: 'no Chromium',
});
