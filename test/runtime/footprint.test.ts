// Footprints of real processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attribute } from '../../src/runtime/agent/attribution.ts';
import { CpuMeter } from '../../src/runtime/agent/cpu-meter.ts';
import { type ProcessEntry, parseStat } from '../../src/runtime/agent/processes.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
const children: ChildProcess[] = [];

beforeAll(async () => {
  workspace = await createWorkspace();
  ({ runtime } = await workspace.connect());
});
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }),
  );
});
afterAll(() => workspace.remove());

async function start(cwd: string, script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child, 'spawn');
  return child;
}
/** Starts a child with the working directory / and prints its pid. */
const parentScript = `
  const child = require('node:child_process').spawn('sleep', ['300'], { cwd: '/' });
  child.on('spawn', () => console.log(child.pid));
  process.on('exit', () => child.kill());
  setInterval(() => {}, 1000);`;

test('a tree is its product, also where a child works elsewhere; other products have none of it', async () => {
  const product = await workspace.addProduct('treed');
  const other = await workspace.addProduct('treed-not');
  const worktree = join(product.root, '.overstory', 'worktrees', 'w');
  await mkdir(worktree, { recursive: true });
  const parent = await start(worktree, `${parentScript} process.on('SIGTERM', () => process.exit());`);
  const elsewhere = Number(
    String((await once(parent.stdout as NonNullable<typeof parent.stdout>, 'data'))[0]),
  );

  const first = await runtime.footprint([product, other]);
  const [mine, none] = first.products;
  expect(mine?.processes.map(({ pid }) => pid).sort()).toEqual([parent.pid, elsewhere].sort());
  expect(mine?.processes.find(({ pid }) => pid === elsewhere)).toMatchObject({ command: 'sleep' });
  expect(mine?.processes.find(({ pid }) => pid === parent.pid)).toMatchObject({ command: 'node' });
  expect(mine?.memoryBytes).toBeGreaterThan(5_000_000);
  expect(mine?.cpuCores).toBeNull();
  expect(none).toMatchObject({ product: 'treed-not', processes: [], memoryBytes: 0 });

  parent.kill('SIGTERM');
  await once(parent, 'exit');
  await expect
    .poll(async () => (await runtime.footprint([product])).products[0]?.processes, { timeout: 5_000 })
    .toEqual([]);
});

// How much of a core it gets is a matter of what else runs.
test('a busy loop shows as at most a core, and as much more than sleep', async () => {
  const busy = await workspace.addProduct('looping');
  const idle = await workspace.addProduct('idling');
  await start(busy.root, 'for (;;);');
  await start(idle.root, 'setInterval(() => {}, 1e6)');
  await runtime.footprint([busy, idle]);
  await expect
    .poll(
      async () => {
        const [loop = 0, sleep = 1] = (await runtime.footprint([busy, idle])).products.map(
          (p) => p.cpuCores ?? 0,
        );
        return loop <= 1.3 && loop > 0.02 && loop > 5 * sleep;
      },
      { interval: 400, timeout: 20_000 },
    )
    .toBe(true);
});

const entry = (pid: number, parent: number, fields: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  parent,
  startTicks: pid,
  command: 'sh',
  cpuTicks: 0,
  cwd: '/',
  ...fields,
});

test('the tmux server, the agent, what it runs and what started it count for no product', () => {
  const owned = attribute(
    [
      entry(1, 0),
      entry(10, 1, { command: 'tmux: server', cwd: '/w/a' }),
      entry(11, 10, { cwd: '/w/a' }),
      entry(12, 11),
      entry(13, 10, { cwd: '/w/b/.overstory/worktrees/x' }),
      entry(14, 10),
      entry(15, 12, { cwd: '/w/b' }),
      entry(16, 1, { cwd: '/w/ab' }),
      entry(17, 11, { cwd: null }),
      entry(20, 1, { cwd: '/w/a', command: 'fleetd' }),
      entry(21, 20, { cwd: '/w' }),
      entry(22, 21, { cwd: '/w/a', command: 'ov' }),
      entry(23, 22, { cwd: '/w/a', command: 'git' }),
      entry(24, 20, { cwd: '/w/a/sub' }),
      entry(25, 20),
    ],
    [
      { product: 'a', root: '/w/a' },
      { product: 'b', root: '/w/b' },
      { product: 'inner', root: '/w/a/sub' },
    ],
    21,
  );
  const pids = Object.fromEntries([...owned].map(([name, list]) => [name, list.map(({ pid }) => pid)]));
  expect(pids).toEqual({ a: [11, 12, 17], b: [13, 15], inner: [24] });
});

test('a command name with spaces, newlines and parentheses does not shift the fields', () => {
  const fields = 'S 7 1 1 0 -1 4194560 1 0 0 0 30 12 5 3 20 0 1 0 9876 123 45';
  expect(parseStat(`42 (a) S 1\n (b)) ${fields}`)).toEqual({
    pid: 42,
    parent: 7,
    startTicks: 9876,
    command: 'a) S 1\n (b)',
    cpuTicks: 50,
  });
  expect(parseStat(`42 (x) Z${fields.slice(1)}`)).toBeNull();
  expect(parseStat('no process')).toBeNull();
});

test('CPU counts children that came and went between two looks, each once', () => {
  const meter = new CpuMeter();
  const shell = (cpuTicks: number) => entry(5, 1, { startTicks: 10, cpuTicks });
  const child = (cpuTicks: number) => entry(6, 5, { startTicks: 20, cpuTicks });
  expect(meter.measure([shell(100), child(40)], 1_000)).toBeNull();
  // The child used 20 more and ended: its 60 are now among the shell's, which used 10 itself.
  expect(meter.measure([shell(170)], 1_100)).toBeCloseTo(0.3);
  // Too soon to tell: the figure stands.
  expect(meter.measure([shell(175)], 1_110)).toBeCloseTo(0.3);
  // A newcomer started since counts whole, one that merely moved in counts from now on.
  expect(
    meter.measure(
      [
        shell(170),
        entry(7, 1, { startTicks: 1_150, cpuTicks: 50 }),
        entry(8, 1, { startTicks: 3, cpuTicks: 900 }),
      ],
      1_200,
    ),
  ).toBeCloseTo(0.5);
});
