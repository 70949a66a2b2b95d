// `npm start` as a human types it: how long both links take, how soon many products are ready, and what it holds when up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/trial-process.ts';
import type { Build } from '../../build.ts';
import { atMost, type Figure } from '../../figure.ts';
import { proportionalMb } from '../../machine.ts';
import { alternate, type Row, ratio } from '../pair.ts';

/** One start, in ms from the command; MB when both links are told. */
interface Start {
  dashboard: number;
  /** the last product is ready */
  products: number;
  chat: number;
  gatewayMb: number;
  othersMb: number;
}

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
      for (const build of [older, ours]) await started(build, state(build, 's'));
      const second = (which: keyof typeof builds) => async () => {
        const start = await started(builds[which], state(builds[which], 's'));
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
  const older = await started(builds.older, join(folder, 'bm'), file);
  const ours = await started(builds.ours, join(folder, 'om'), file);
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

/** Starts it, waits for both links, looks, and ends it by Ctrl-C. */
async function started(build: Build, stateDir: string, productsFile?: string): Promise<Start> {
  const ports = ['--port', String(await freePort()), '--dashboard-port', String(await freePort())];
  const file = productsFile === undefined ? [] : ['--products', productsFile];
  const began = performance.now();
  const child = spawn('npm', ['start', '--', '--state', stateDir, ...ports, ...file], {
    cwd: build.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches all that it started, as in a terminal.
    detached: true,
  });
  const ended = once(child, 'exit');
  let printed = '';
  const start: Start = { dashboard: 0, products: 0, chat: 0, gatewayMb: 0, othersMb: 0 };
  const up = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        const text = String(chunk);
        const now = performance.now() - began;
        printed += text;
        if (start.dashboard === 0 && printed.includes('Dashboard:')) start.dashboard = now;
        if (/^ {2}… [\w-]+: /m.test(text)) start.products = now;
        if (!printed.includes('Ctrl-C stops everything')) return;
        start.chat = now;
        resolve();
      });
    void ended.then(() => reject(new Error(`Expected both links, got its end:\n${printed}`)));
  });
  await up;
  for (const { pid, ofGateway } of below(child.pid ?? 0))
    start[ofGateway ? 'gatewayMb' : 'othersMb'] += proportionalMb(pid);
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
  return start;
}

/** That process and all below it; what ends meanwhile is left out. */
function below(pid: number, ofGateway = false): { pid: number; ofGateway: boolean }[] {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const inGateway = ofGateway || line.startsWith('openclaw');
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return [{ pid, ofGateway: inGateway }, ...children.flatMap((child) => below(child, inGateway))];
  } catch {
    return [];
  }
}
