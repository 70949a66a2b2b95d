// Real processes, killed: fleetd, its agent, the tmux server, while four products run on the simulator. What must
// hold afterwards is read from the real journal and the real mail.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLab as openBench } from '../../bench/lab.ts';
import { createFleetClient, type FleetClient } from '../../src/api/client.ts';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { createReplay } from '../simulation/replay.ts';
import { program } from '../simulation/simulate.ts';
import { type Lab, openLab, until } from '../simulator/ov.ts';

const names = ['alpha', 'beta', 'gamma', 'delta'];
const source = { via: 'cli', sender: 'tester', thread: null } as const;
const undo: (() => void | PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Spawned {
  client: FleetClient;
  pid: number;
  /** kill -9; resolves when it is gone */
  kill(): Promise<void>;
}

async function fourProducts() {
  const lab = await openLab({ OV_SIM_SPEED: '0.4', OV_SIM_WORKERS: '1' });
  undo.push(() => lab[Symbol.asyncDispose]());
  for (const name of names) await lab.product(name);
  const ov = join(lab.folder, 'ov');
  writeFileSync(ov, `#!/bin/sh\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.mjs')}' "$@"\n`);
  chmodSync(ov, 0o755);
  const state = mkdtempSync(join(tmpdir(), 'fr-'));
  undo.push(() => rmSync(state, { recursive: true, force: true }));
  const productsFile = join(state, 'products.yaml');
  writeFileSync(
    productsFile,
    `products:\n${names.map((name) => `  - {name: ${name}, path: ${join(lab.folder, name)}, resource_weight: 0.1}`).join('\n')}\nscheduling: {max_concurrent_sessions: 4}\n`,
  );
  const socket = join(state, 'operator.sock');

  async function fleetd(): Promise<Spawned> {
    const settings = {
      productsFile,
      workspaceRoot: lab.folder,
      stateDir: state,
      operatorSocket: socket,
      agentArgv: [process.execPath, join(import.meta.dirname, '../../src/runtime/agent/main.ts')],
    };
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../../bench/local-fleetd.ts'), JSON.stringify(settings)],
      {
        env: { ...process.env, ...lab.env, FLEET_WORKSPACE: lab.folder, FLEET_OV: ov },
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = () => {
      child.kill('SIGKILL');
      return gone;
    };
    undo.push(kill);
    const client = createFleetClient({ socketPath: socket });
    await until(
      () => client.health().catch(() => null),
      (health) => health !== null,
      60_000,
    );
    return { client, pid: child.pid ?? 0, kill };
  }
  return { lab, fleetd, journalFile: join(state, 'journal.db') };
}

const states = async (client: FleetClient) => (await client.objectives()).map(({ state }) => state);
const allAre = (state: string) => (seen: string[]) => seen.length === 4 && seen.every((one) => one === state);
const over = (seen: string[]) => seen.every((one) => ['done', 'failed', 'cancelled'].includes(one));

async function startFour(client: FleetClient): Promise<void> {
  await until(
    async () => (await client.status()).products,
    (products) => products.every(({ state }) => state === 'idle'),
    60_000,
  );
  for (const product of names)
    await client.start({ product, text: 'build it', source, idempotencyKey: `k-${product}` });
  await until(() => states(client), allAre('running'), 60_000);
}

/** fleetd is gone by now. */
async function checkWhatIsLeft(
  lab: Lab,
  journalFile: string,
  sessions: number,
  handedOver = true,
): Promise<void> {
  const journal = openJournal(journalFile, systemClock);
  try {
    const replay = createReplay(program);
    replay.check(journal);
    replay.close();
    expect(journal.liveSessions()).toEqual([]);
    expect(journal.openActions()).toEqual([]);
    expect(journal.objectives(100)).toHaveLength(4);
    expect(journal.nextSessionNumber() - 1).toBe(sessions);
  } finally {
    journal.close();
  }
  for (const name of names) {
    const { json } = await lab.ov(join(lab.folder, name), ['mail', 'list', '--from', 'operator', '--json']);
    const ids = (json.messages as { subject: string }[]).flatMap(
      ({ subject }) => /\[(obj-\d+\.\d+)\]/.exec(subject)?.[1] ?? [],
    );
    // Where tmux died first, nothing was handed over.
    if (handedOver) expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  }
}

describe('four products run', { timeout: 240_000 }, () => {
  it('fleetd is killed twice: it adopts what runs, starts nothing twice, sends nothing twice', async () => {
    const { lab, fleetd, journalFile } = await fourProducts();
    let up = await fleetd();
    await startFour(up.client);
    for (let round = 0; round < 2; round += 1) {
      await up.kill();
      up = await fleetd();
    }
    expect((await states(up.client)).some((state) => state === 'queued' || state === 'starting')).toBe(false);
    await until(() => states(up.client), allAre('done'), 150_000);
    await up.kill();
    await checkWhatIsLeft(lab, journalFile, 4);
  });

  it('its agent is killed: the link comes back, the sessions have never stopped', async () => {
    const { lab, fleetd, journalFile } = await fourProducts();
    const up = await fleetd();
    await startFour(up.client);
    process.kill(childOf(up.pid), 'SIGKILL');
    await until(
      async () => (await up.client.status()).runtime.state,
      (state) => state !== 'connected',
    );
    await until(() => states(up.client), allAre('done'), 150_000);
    await up.kill();
    await checkWhatIsLeft(lab, journalFile, 4);
  });

  it('the tmux server is killed: what died is said to have failed, and nothing of it is left', async () => {
    const { lab, fleetd, journalFile } = await fourProducts();
    const up = await fleetd();
    await startFour(up.client);
    for (const pid of tmuxServers(lab.env.TMUX_TMPDIR ?? '')) process.kill(pid, 'SIGKILL');
    const ended = await until(
      () => up.client.objectives(),
      (seen) => over(seen.map(({ state }) => state)),
      120_000,
    );
    for (const { state, why } of ended) if (state === 'failed') expect(why).toMatch(/gone|tmux|coordinator/i);
    expect(ended.some(({ state }) => state === 'failed')).toBe(true);
    await up.kill();
    await checkWhatIsLeft(lab, journalFile, 4, false);
  });
});

describe('50 products', () => {
  it('kill -9: the journal is shown at once, everything is observed again soon', {
    timeout: 240_000,
  }, async () => {
    await using lab = await openBench({ products: 50 });
    const stateDir = join(lab.folder, 'state');
    const first = await lab.fleetd(50, stateDir);
    await first.client.start({ product: lab.products[0]?.name ?? '', text: 'look around', source });
    process.kill(first.pid, 'SIGKILL');
    await until(
      () => first.client.health().catch(() => null),
      (health) => health === null,
    );
    const startedAt = performance.now();
    const second = await lab.fleetd(50, stateDir);
    const observedMs = Math.round(performance.now() - startedAt);
    expect(await second.client.objectives()).toHaveLength(1);
    const figures = { products: 50, viewMs: Math.round(second.readyMs), observedMs };
    console.log(`kill -9 of fleetd at 50 products: ${JSON.stringify(figures)}`);
    // RECORD_FIGURES=1 on a machine that does nothing else: what docs/reliability.md says.
    const results = join(import.meta.dirname, '../../docs/results');
    if (process.env.RECORD_FIGURES)
      writeFileSync(
        join(results, 'recovery.json'),
        `${JSON.stringify({ ...figures, machine: `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}` }, null, 2)}\n`,
      );
    // The goal is 2 s and 5 s on a calm machine, where an empty Node takes 25 to 40 ms. What gates is the
    // ratio: a busy machine is slow at both.
    const node = nodeMs();
    expect(figures.viewMs / node).toBeLessThan(100);
    expect(figures.observedMs / node).toBeLessThan(250);
  });
});

/** Wall of an empty Node process, the slowest of five: ms. */
function nodeMs(): number {
  return Math.max(
    ...Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      spawnSync(process.execPath, ['-e', '0']);
      return performance.now() - startedAt;
    }),
  );
}

function childOf(parent: number): number {
  const found = processes(({ stat }) => Number(stat.split(') ').at(-1)?.split(' ')[1]) === parent)[0];
  if (found === undefined) throw new Error(`Expected ${parent} to have a child`);
  return found;
}

/** The tmux server of this lab and no other: it has the lab's own folder in its environment. */
function tmuxServers(folder: string): number[] {
  return processes(({ command, pid }) => {
    if (!command.startsWith('tmux') || folder === '') return false;
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMUX_TMPDIR=${folder}`);
  });
}

function processes(wanted: (one: { pid: number; stat: string; command: string }) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return wanted({ pid, stat, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') });
      } catch {
        return false;
      }
    });
}
