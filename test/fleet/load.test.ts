// The budget against real processes: four products whose simulated workers hold real memory and burn real CPU. A
// sampler of the test's own measures the box all the while.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type Fleetd, runFleetd } from '../../src/fleetd/run.ts';
import { createFootprintMeter } from '../../src/runtime/agent/footprint.ts';
import { localChannel } from '../../src/runtime/index.ts';
import { openLab, until } from '../simulator/ov.ts';

const mib = 1024 ** 2;
const budgetMib = 700;
const names = ['alpha', 'beta', 'gamma', 'delta'];
const source = { via: 'cli', sender: 'tester', thread: null } as const;

const productsFile = (root: string) => `
products:
${names.map((name) => `  - {name: ${name}, path: ${join(root, name)}, resource_weight: 0.3, priority: ${name === 'delta' ? 'low' : 'medium'}}`).join('\n')}
scheduling:
  max_concurrent_sessions: 4
  resource_budget: {max_memory_gb: ${budgetMib / 1024}, max_cpu_percent: 80}
`;

/** What the products really use, looked at as often as it can be. */
async function sample(root: string, running: { now: boolean }) {
  const meter = createFootprintMeter();
  const products = names.map((product) => ({ product, root: join(root, product) }));
  const peaks = new Map<string, number>();
  let most = 0;
  let together = 0;
  while (running.now) {
    const report = await meter.measure(products);
    let sum = 0;
    let live = 0;
    for (const { product, memoryBytes, processes } of report.products) {
      sum += memoryBytes ?? 0;
      if (processes.length > 0) live += 1;
      peaks.set(product, Math.max(peaks.get(product) ?? 0, memoryBytes ?? 0));
    }
    most = Math.max(most, sum);
    together = Math.max(together, live);
    await sleep(250);
  }
  return { most, together, largest: Math.max(...peaks.values()) };
}

const eventsOf = ({ fleet }: Fleetd, kind: string) =>
  fleet.commands.eventsAfter(0, 10_000).filter((event) => event.kind === kind);

it('keeps four products within the budget, and pauses the one that outgrows it', async () => {
  await using lab = await openLab({ OV_SIM_SPEED: '1', OV_SIM_WORKERS: '1', OV_SIM_COST_USD: '1' });
  for (const name of names) {
    const root = await lab.product(name);
    mkdirSync(join(root, '.overstory/sim'), { recursive: true });
    writeFileSync(
      join(root, '.overstory/sim/settings.json'),
      JSON.stringify({ workerMb: name === 'delta' ? 600 : 100, workerCores: 0.1 }),
    );
  }
  // At work for as long as it is let: it cannot complete while it is being paused.
  writeFileSync(
    join(lab.folder, 'delta/.overstory/sim/faults.json'),
    JSON.stringify([{ command: 'worker', kind: 'endless' }]),
  );
  const ov = join(lab.folder, 'ov');
  writeFileSync(ov, `#!/bin/sh\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`);
  chmodSync(ov, 0o755);
  const state = mkdtempSync(join(tmpdir(), 'fl-'));
  const file = join(state, 'products.yaml');
  writeFileSync(file, productsFile(lab.folder));
  const fleetd = await runFleetd({
    productsFile: file,
    workspaceRoot: lab.folder,
    stateDir: join(state, 'state'),
    operatorSocket: join(state, 'operator.sock'),
    gatewaySocket: null,
    channel: localChannel({
      argv: [process.execPath, join(import.meta.dirname, '../../src/runtime/agent/main.ts')],
      cwd: lab.folder,
      env: { ...process.env, ...lab.env, FLEET_WORKSPACE: lab.folder, FLEET_OV: ov },
    }),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    tuning: { sweepLiveMs: 1_200, memoryGraceMs: 1_000, spendEveryMs: 1_000 },
  });
  const running = { now: true };
  const sampler = sample(lab.folder, running);
  try {
    await until(
      () => fleetd.fleet.loop.context.runtime.link().state,
      (link) => link === 'connected',
    );
    const { commands } = fleetd.fleet;
    const ids = ['delta', 'alpha', 'beta', 'gamma'].map(
      (product) =>
        commands.start({
          product,
          text: 'build it',
          acceptance: null,
          needs: [],
          source,
          idempotencyKey: null,
        }).id,
    );
    const views = () => ids.map((id) => commands.objective(id));
    await until(views, (all) => all.slice(1).every(({ state: now }) => now === 'done'), 90_000);
    const held = await until(
      () => commands.objective('obj-1'),
      ({ state: now, condition }) => now === 'queued' && condition === 'paused',
    );
    expect(held.why).toContain('memory was over budget');
    running.now = false;
    const { most, together, largest } = await sampler;

    expect(most / mib).toBeLessThan(budgetMib + largest / mib);
    expect(largest / mib).toBeGreaterThan(600);
    // it is the budget that held, and not that one ran after the other
    expect(together).toBeGreaterThanOrEqual(2);
    expect(eventsOf(fleetd, 'decision.wait').map(({ data }) => data.rule)).toContain('memory');
    const starts = eventsOf(fleetd, 'session.starting').map(
      ({ data }) => data.numbers as { memoryBytes: number },
    );
    expect(starts.length).toBeGreaterThanOrEqual(4);
    for (const { memoryBytes } of starts) expect(memoryBytes / mib).toBeLessThanOrEqual(budgetMib);
    expect(eventsOf(fleetd, 'decision.relief').length).toBeGreaterThanOrEqual(1);
    // what they cost was read while they ran, and settled when they were done
    expect(eventsOf(fleetd, 'session.spent').map(({ data }) => data.costUsd)).toContain(0.2);
    const done = eventsOf(fleetd, 'session.ended').filter(({ product }) => product !== 'delta');
    expect(done.map(({ data }) => data.costUsd)).toEqual([1, 1, 1]);
    expect(fleetd.fleet.status(null).capacity.spentTodayUsd).toBeGreaterThanOrEqual(3);
    expect(commands.objective('obj-1').state).toBe('queued');
    const paused = eventsOf(fleetd, 'control.changed');
    expect(paused).toMatchObject([{ data: { source: null, changes: [{ scope: 'delta', key: 'paused' }] } }]);
  } finally {
    running.now = false;
    await fleetd.close();
    rmSync(state, { recursive: true, force: true });
  }
}, 150_000);
