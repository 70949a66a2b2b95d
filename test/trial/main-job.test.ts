// What a newcomer does first, on a machine that has Node and git and nothing else: the trial is started, asked, given
// work, and ended by Ctrl-C. Its gateway, fleetd, agent and processes are real; no tmux, no ps, no engine is on its PATH.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { until } from '../simulator/ov.ts';
import { askAgent } from '../support/gateway-client.ts';
import { processesOf, startTrialProcess, type TrialProcess } from '../support/trial-process.ts';

/** What is on every machine, and git. */
const programs = ['sh', 'env', 'sleep', 'git'];
const bin = mkdtempSync(join(tmpdir(), 'bare-path-'));
let trial: TrialProcess;
let fleet: FleetClient;
/** what it answered as soon as its link was told */
let dashboard: Promise<number> | null = null;

beforeAll(async () => {
  for (const name of programs)
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
  trial = await startTrialProcess({
    env: { PATH: bin, OV_SIM_SPEED: '4' },
    onLine(lines) {
      const link = /Dashboard: (\S+)/.exec(lines)?.[1];
      if (link) dashboard ??= fetch(link).then(({ status }) => status);
    },
  });
  fleet = createFleetClient({ socketPath: trial.operatorSocket });
}, 120_000);
afterAll(async () => {
  await trial?.interrupt();
  await trial?.remove();
  rmSync(bin, { recursive: true, force: true });
});

test('the sentences of the README work, and what is simulated is said', { timeout: 180_000 }, async () => {
  expect(trial.output()).toMatch(/overstory {2}SIMULATED/);
  expect(trial.output()).toMatch(/terminals .* are simulated too/);
  // up before the gateway is; its token stands in the fragment, which is not sent
  expect(await dashboard).toBe(401);
  expect(trial.output()).toMatch(/Dashboard: .*product-a: created a sample.*WebChat: /s);

  expect(await askAgent(trial, 'Ship the auth feature on product-a')).toMatch(/obj-1/);
  const ended = await until(
    () => fleet.objective('obj-1'),
    ({ state }) => state !== 'queued' && state !== 'starting' && state !== 'running',
    90_000,
  );
  expect(ended).toMatchObject({ state: 'done', product: 'product-a' });

  const status = await askAgent(trial, "What's the status across all products?");
  for (const name of ['product-a', 'product-b', 'product-c', 'product-d']) expect(status).toContain(name);
  await askAgent(trial, 'Pause B, focus on A');
  const { products } = await fleet.status();
  const held = products.filter(({ paused }) => paused !== null).map(({ name }) => name);
  expect(held).toContain('product-b');
  expect(held).not.toContain('product-a');
});

test('Ctrl-C in the middle of work leaves nothing running', { timeout: 120_000 }, async () => {
  expect(await askAgent(trial, 'Run a scout on product-a to explore the codebase structure')).toMatch(
    /obj-2/,
  );
  await until(
    () => fleet.status(),
    ({ products }) => products.some(({ name, workers }) => name === 'product-a' && workers.length > 0),
    60_000,
  );
  expect(await trial.interrupt()).toBe(0);
  expect(trial.output()).toMatch(/Nothing is left running/);
  if (process.platform === 'linux') expect(await processesOf(trial.stateDir)).toEqual([]);
});
