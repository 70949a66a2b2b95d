// `npm start` as a human types it: how long both links take, how soon many products are ready, and what it holds when up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '../../build.ts';
import { atMost, type Figure } from '../../figure.ts';
import { type Start, started } from '../npm-start.ts';
import { alternate, type Row, ratio } from '../pair.ts';

const many = 50;

export const row: Row = {
  title: 'npm start, of built programs',
  limit:
    'The gateway: its own start is some ten seconds of CPU, half of it before it listens, whatever we load in it. Memory is of the moment at which both links are told; what loading left in the gateway is collected later.',
  async run({ older, ours, quick }) {
    const folder = mkdtempSync(join(tmpdir(), 'fs-'));
    try {
      const state = (build: Build, name: string) => join(folder, build === ours ? 'o' : 'b', name);
      const again = { older: [] as Start[], ours: [] as Start[] };
      const builds = { older, ours };
      for (const build of [older, ours]) await started(build.root, state(build, 's'));
      const second = (which: keyof typeof builds) => async () => {
        const start = await started(builds[which].root, state(builds[which], 's'));
        again[which].push(start);
        return start.chat;
      };
      const chats = await alternate(quick ? 1 : 5, { older: second('older'), ours: second('ours') });
      const first = quick ? [] : await firstWithMany(folder, builds);
      const all = (of: keyof Start) => ({
        older: again.older.map((start) => start[of]),
        ours: again.ours.map((start) => start[of]),
      });
      const least = (of: keyof Start) => Math.min(...all(of).ours);
      const figures: Figure[] = [
        ratio('npm start, second time, to both links', chats, 0.5, 'ms', { digits: 0 }),
        ratio('npm start, second time, to the dashboard', all('dashboard'), 0.5, 'ms', { digits: 0 }),
        atMost('the same, the quickest', 'absolute', least('dashboard'), 2_000, 'ms', ''),
        ratio('memory of all but the gateway', all('othersMb'), 0.7, 'MB', { why: 'aim: 115 MB (110 MiB)' }),
        ratio('memory of the gateway and what it starts', all('gatewayMb'), 1, 'MB'),
        ...first,
      ];
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
};

/** Samples are made of all of them, and `ov init` run in each. */
async function firstWithMany(folder: string, builds: Record<'older' | 'ours', Build>): Promise<Figure[]> {
  const file = join(folder, 'products.yaml');
  const names = Array.from({ length: many }, (_, n) => `  - name: product-${n}\n`);
  writeFileSync(file, `products:\n${names.join('')}`);
  const older = await started(builds.older.root, join(folder, 'bm'), file);
  const ours = await started(builds.ours.root, join(folder, 'om'), file);
  return (['dashboard', 'products', 'chat'] as const).map((of) =>
    ratio(
      `first start with ${many} products, to ${words[of]}`,
      { older: [older[of]], ours: [ours[of]] },
      0.5,
      'ms',
      { digits: 0 },
    ),
  );
}

const words = { dashboard: 'the dashboard', products: 'all of them ready', chat: 'WebChat' };
