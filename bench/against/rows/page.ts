// The fleet's page with 200 products in Chromium: bytes of a load, time to paint, bytes of one live change.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../../../test/support/webchat.ts';
import { atMost, type Figure, median, notMeasured } from '../../figure.ts';
import { type Lab, openLab, until } from '../../lab.ts';
import { ask } from '../../rest.ts';
import { alternate, type Row, ratio } from '../pair.ts';

const products = 200;
const token = 'a-token-of-the-bench';
const source = { via: 'cli', sender: 'bench', thread: null };

interface Looked {
  /** loads the page; kB over the wire and ms to its first paint */
  load(): Promise<{ kB: number; paintMs: number }>;
  /** something changes: kB over the wire until the page shows it and is quiet */
  change(round: number): Promise<number>;
}

export const row: Row = {
  title: "The dashboard's fleet page, 200 products",
  limit: 'A row of text per product. What is the same on the page before is not sent again.',
  async run({ older, ours, quick }) {
    if (chromiumPath === null) return [missing('no Chromium')];
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      await using before = await openLab({ products, build: older });
      await using after = await openLab({ products, build: ours });
      const pages = { older: await look(browser, before), ours: await look(browser, after) };
      const rounds = quick ? 3 : 9;
      const bytes = { older: [] as number[], ours: [] as number[] };
      const paint = await alternate(rounds, {
        older: () => loaded('older'),
        ours: () => loaded('ours'),
      });
      async function loaded(which: 'older' | 'ours') {
        const { kB, paintMs } = await pages[which].load();
        bytes[which].push(kB);
        return paintMs;
      }
      const changes = await alternate(rounds, { older: pages.older.change, ours: pages.ours.change });
      return [
        ratio('a page of 200 products, over the wire', bytes, 0.5, 'kB'),
        ratio('a page of 200 products, first paint', paint, 0.5, 'ms', { digits: 0 }),
        atMost(
          'one change on it, over the wire',
          'count',
          median(changes.ours),
          1,
          'kB',
          `a product paused, with its event; then ${median(changes.older).toFixed(1)} kB`,
        ),
      ];
    } finally {
      await browser.close();
    }
  },
};

const missing = (why: string): Figure =>
  notMeasured({
    name: 'a page of 200 products, over the wire',
    kind: 'ratio',
    unit: '×',
    limit: 0.5,
    better: 'less',
    why,
  });

async function look(browser: Browser, lab: Lab): Promise<Looked> {
  const port = await freePort();
  const { socket } = await lab.fleetd({ count: products, dashboard: { port, host: '127.0.0.1', token } });
  const url = `http://localhost:${port}/`;
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  const page = await context.newPage();
  const wire = await wireOf(page);
  await page.goto(`${url}#token=${token}`);
  await live(page);
  return {
    async load() {
      await wire.quiet();
      const before = wire.kB();
      await page.goto(url);
      await live(page);
      const entry = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null`;
      await until(async () => (await page.evaluate(entry)) !== null);
      const paintMs = Number(await page.evaluate(entry));
      await wire.quiet();
      return { kB: wire.kB() - before, paintMs };
    },
    async change(round) {
      const { name } = lab.products[round] ?? { name: '' };
      const reason = `measured ${round} of the bench`;
      await wire.quiet();
      const before = wire.kB();
      await ask(socket, 'POST', `/products/${name}/pause`, { reason, source });
      await page.getByText(reason).first().waitFor({ state: 'attached' });
      await wire.quiet();
      return wire.kB() - before;
    },
  };
}

const live = (page: Page) => page.locator('#connection[data-state=live]').waitFor();

/** Everything that came over the network for this page, headers included, in kB of 1,000 bytes. */
async function wireOf(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  // Of a stream that goes on there is no end to be told: its parts count as they come.
  const streamed = new Map<string, number>();
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    streamed.set(requestId, (streamed.get(requestId) ?? 0) + encodedDataLength);
    bytes += encodedDataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength - (streamed.get(requestId) ?? 0);
    streamed.delete(requestId);
  });
  return {
    kB: () => bytes / 1_000,
    /** Resolves when nothing came for a second. */
    async quiet() {
      let last = -1;
      await until(
        () => {
          const same = bytes === last;
          last = bytes;
          return same;
        },
        60_000,
        1_000,
      );
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
