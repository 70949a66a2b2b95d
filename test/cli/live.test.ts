// The verbs that go on: tree, logs, wait, result, attach and the board, on a real fleetd over ov-sim; the board
// in a real tmux, with keys pressed by tmux.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyScene } from '../dashboard/scenes.ts';
import { until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';
import { standIn } from '../support/tmux.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let sim: SimOv;
let fleet: RealFleet;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'top-'));
  // slow enough that what is asked of the live session on a busy machine still finds it
  sim = await openSimOv({ OV_SIM_SPEED: '0.6' });
  for (const name of ['shop', 'blog']) await sim.lab.product(name);
  fleet = await openRealFleet({ channel: sim.channel(), workspace: sim.folder, products: ['shop', 'blog'] });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...words: string[]) =>
  execa(process.execPath, [main, ...words], {
    env: { FLEET_SOCKET: fleet.sockets.operator },
    reject: false,
    stdin: 'ignore',
  });

describe('the verbs that go on', () => {
  it('show the tree, the screen, the way in, the end and the result of an objective', async () => {
    expect((await cli('attach', 'shop')).exitCode).toBe(3);
    const id = fleet.start('shop', 'Explore the codebase structure');
    await fleet.reaches(id, 'running');
    const waiting = cli('wait', id, '--timeout', '90');
    // at the same time: the simulated session lasts some seconds, and a busy machine is slow
    const screen = until(
      () => cli('logs', 'shop'),
      ({ exitCode, stdout }) => exitCode === 0 && stdout !== '',
    );
    const { stdout: way } = await cli('attach', 'shop');
    expect(way).toMatch(/^tmux -L overstory attach -r -t =overstory-shop-coordinator$/);
    expect((await sim.tmux('has-session', '-t', way.split(' ').at(-1) ?? '')).trim()).toBe('');
    await screen;
    const tree = await until(
      async () => (await cli('tree', 'shop')).stdout,
      (text) => /└─ coordinator: obj-1[\s\S]*[├└]─ \S+ (working|booting|completed|between turns)/.test(text),
      60_000,
    );
    expect(tree).toMatch(/^shop /);

    const ended = await waiting;
    expect([ended.exitCode, ended.stdout]).toEqual([0, expect.stringContaining(`${id} on shop is done`)]);
    const result = JSON.parse((await cli('result', id, '--json')).stdout);
    expect(result).toMatchObject({ ok: true, data: { objective: { id, state: 'done' } } });
    expect(result.data.result).toBeTruthy();
  }, 120_000);

  it('wait says by its exit code how it ended, and gives up when told', async () => {
    const id = fleet.start('blog', 'Write a post');
    expect((await cli('wait', id, '--timeout', '0.2')).exitCode).toBe(12);
    const waiting = cli('wait', id.replace('obj-', ''));
    fleet.fleetd.fleet.commands.cancel(id, null, { via: 'cli', sender: 'tester', thread: null });
    expect((await waiting).exitCode).toBe(11);
    expect((await cli('wait', 'obj-99')).exitCode).toBe(3);
    expect((await cli('wait', id, '--timeout', 'soon')).exitCode).toBe(2);
  }, 60_000);
});

describe.skipIf(process.env[standIn])('fleet top', () => {
  const server = `top-${process.pid}`;
  const tmux = (...args: string[]) => execa('tmux', ['-L', server, ...args], { reject: false });
  const screen = async () => (await tmux('capture-pane', '-p', '-t', 'board')).stdout;
  const shows = (text: RegExp) => until(screen, (seen) => text.test(seen), 30_000);

  beforeAll(async () => {
    await tmux(
      ...[
        'new-session',
        '-d',
        '-s',
        'board',
        '-x',
        '120',
        '-y',
        '30',
        '-e',
        `FLEET_SOCKET=${fleet.sockets.operator}`,
      ],
      ...[process.execPath, main, 'top'],
    );
  });
  afterAll(() => tmux('kill-server'));

  it('shows what changes, and takes keys', async () => {
    await shows(/> shop\s+idle/);
    expect(await screen()).toMatch(/slots used/);
    await tmux('send-keys', '-t', 'board', 'j');
    await shows(/> blog/);
    await tmux('send-keys', '-t', 'board', 'p');
    await shows(/> blog\s+paused/);
    await tmux('send-keys', '-t', 'board', 'p');
    await shows(/> blog\s+idle/);
    const id = fleet.start('blog', 'Write another post');
    await shows(new RegExp(`blog\\s+(starting|running|queued)\\s+${id}`));
    await tmux('send-keys', '-t', 'board', 'f');
    await shows(/shop\s+paused/);
    await tmux('send-keys', '-t', 'board', 'u');
    await shows(/shop\s+idle/);
    await tmux('send-keys', '-t', 'board', 'a');
    await shows(/No gate of blog is open/);
    await tmux('send-keys', '-t', 'board', 'q');
    await until(
      async () => (await tmux('has-session', '-t', 'board')).exitCode,
      (code) => code !== 0,
    );
  }, 90_000);

  it('answers gates: by one key, or in words', async () => {
    await using scene = await busyScene();
    scene.world.fake.mailFrom('shop', {
      type: 'question',
      subject: 'Keep the old names?',
      body: 'As aliases.',
    });
    await scene.pass(1_000);
    const gate = (n: number) => scene.world.fleet.gates.get(n);
    await tmux(
      ...[
        'new-session',
        '-d',
        '-s',
        'board',
        '-x',
        '120',
        '-y',
        '30',
        '-e',
        `FLEET_SOCKET=${scene.socketPath}`,
      ],
      ...[process.execPath, main, 'top'],
    );
    await shows(/gate 2 shop: Keep the old names\?/);
    await tmux('send-keys', '-t', 'board', 't');
    await shows(/Answer gate 2: /);
    await tmux('send-keys', '-t', 'board', '-l', 'Yes, for one releasee');
    await tmux('send-keys', '-t', 'board', 'BSpace', 'Enter');
    await shows(/Gate 2 is answered/);
    // the other product's gate is out of this line's reach
    await tmux('send-keys', '-t', 'board', 'a');
    await shows(/No gate of shop is open/);
    // what still asks stands above
    await tmux('send-keys', '-t', 'board', 'k');
    await shows(/> launch/);
    await tmux('send-keys', '-t', 'board', 'a');
    await shows(/Gate 1 is approved/);
    expect([gate(1).state, gate(2).resolution]).toMatchObject([
      'approved',
      { text: 'Yes, for one release', via: 'cli' },
    ]);
    await tmux('send-keys', '-t', 'board', 'q');
  }, 90_000);

  it('says where it cannot be shown', async () => {
    expect(await cli('top')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('fleet status') });
  });
});
