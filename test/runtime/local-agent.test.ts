// The Runtime over a real fleet-agent process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/common/clock.ts';
import { FleetError } from '../../src/common/errors.ts';
import type { RuntimeInfo } from '../../src/contract/runtime/protocol.ts';
import { connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';
import { openLink } from '../../src/runtime/link.ts';
import { agentFile, createWorkspace, fixtureOv, lives, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
let info: RuntimeInfo;

beforeAll(async () => {
  workspace = await createWorkspace();
  ({ runtime, info } = await workspace.connect());
});
afterAll(() => workspace.remove());

const mailTo = (id: string, body = 'text') => ({
  id,
  from: 'lead-1',
  to: 'operator',
  subject: 'S',
  body,
  type: 'question',
  priority: 'normal',
  threadId: null,
  payload: null,
  read: false,
  createdAt: '2026-11-20T09:00:00Z',
});

describe('hello and list', () => {
  test('say what the runtime is', () => {
    expect(info).toMatchObject({
      protocol: 1,
      workspaceRoot: workspace.root,
      ov: { version: '0.10.3', simulated: false, error: null },
    });
    expect(info.cores).toBeGreaterThan(0);
    expect(info.memoryBytes).toBeGreaterThan(0);
    expect(info.pid).not.toBe(process.pid);
  });

  test('list shows folders that the registry may not know', async () => {
    await workspace.addProduct('listed');
    expect(await runtime.list()).toContainEqual({
      name: 'listed',
      root: join(workspace.root, 'listed'),
      git: false,
      overstory: true,
    });
  });
});

describe('snapshot', () => {
  test('says what ov says, oldest mail first, without the root among the worktrees', async () => {
    const product = await workspace.addProduct('plain', { mail: [mailTo('m2'), mailTo('m1')] });
    const [snapshot] = await runtime.snapshot([product]);
    expect(snapshot).toMatchObject({
      product: 'plain',
      health: 'ok',
      error: null,
      projectName: 'p-plain',
      runId: 'run-1',
      coordinator: { state: 'working', tmuxSession: 'overstory-fixture-coordinator', tmuxAlive: true },
      workers: [{ name: 'scout-1', state: 'stalled' }],
      operatorMail: [{ id: 'm1' }, { id: 'm2' }],
      operatorMailLeftOut: 0,
      mergeQueueCount: 1,
      worktrees: [{ branch: 'overstory/scout-1/t' }],
    });
  });

  test('tells a worker whose claude is gone, at its start or in its turn, from all that live, go on or have ended', async () => {
    const now = new Date().toISOString();
    const product = await workspace.addProduct('died', {
      workers: [
        { agentName: 'dead' },
        { agentName: 'silent' },
        { agentName: 'spoke', claudeSessionId: 'b1' },
        { agentName: 'between', claudeSessionId: 'b2', state: 'between_turns', lastActivity: now },
        { agentName: 'killed', claudeSessionId: 'b3', state: 'between_turns' },
        { agentName: 'working', claudeSessionId: 'b4' },
        { agentName: 'done', claudeSessionId: 'b5', state: 'completed' },
        { agentName: 'own-process', claudeSessionId: 'b6', pid: 4_000_000 },
        { agentName: 'alive' },
        { agentName: 'beginning', startedAt: now },
        { agentName: 'linked' },
        { agentName: 'in-terminal', tmuxSession: 'overstory-x-in-terminal' },
        { agentName: '../../escape' },
      ],
    });
    const inside = join(product.root, '.overstory');
    const turn = async (agent: string, stderr: string) => {
      const folder = join(inside, 'logs', agent, '2026-11-20T09-28-25-034Z');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'stderr.log'), stderr);
    };
    for (const agent of [
      'dead',
      'spoke',
      'alive',
      'working',
      'between',
      'done',
      'own-process',
      'in-terminal',
    ])
      await turn(agent, `${'x'.repeat(5_000)}\nError: \u001b[31mno\u0007 nesting\n`);
    for (const agent of ['silent', 'beginning', 'killed']) await turn(agent, '');
    const secret = join(workspace.root, 'secret');
    await writeFile(secret, 'sk-ant-secret');
    await mkdir(join(inside, 'logs/linked/2026'), { recursive: true });
    await symlink(secret, join(inside, 'logs/linked/2026/stderr.log'));
    for (const agent of ['alive', 'working']) {
      await mkdir(join(inside, 'agents', agent), { recursive: true });
      await writeFile(join(inside, 'agents', agent, 'turn.pid'), `${process.pid}\n`);
    }
    const [snapshot] = await runtime.snapshot([product]);
    const seen = Object.fromEntries(
      snapshot?.workers.map(({ name, state, death, spoke }) => [name, [state, death, spoke]]) ?? [],
    );
    expect(seen).toEqual({
      'scout-1': ['stalled', null, null],
      dead: ['zombie', expect.stringMatching(/^x{1900,}\nError: \[31mno nesting$/), false],
      silent: ['zombie', '', false],
      spoke: ['zombie', expect.stringMatching(/no nesting$/), true],
      // A mail may give it its next turn.
      between: ['between_turns', null, null],
      killed: ['zombie', '', true],
      working: ['working', null, null],
      done: ['completed', null, null],
      'own-process': ['working', null, null],
      alive: ['working', null, null],
      beginning: ['working', null, null],
      // Read as little as any other link out of the product.
      linked: ['zombie', '', false],
      'in-terminal': ['working', null, null],
      '../../escape': ['working', null, null],
    });
    expect(snapshot?.workers.find(({ name }) => name === 'dead')?.death?.length).toBe(2_000);
  });

  test('keeps the oldest mail when there is too much of it', async () => {
    const body = 'x'.repeat(1024 * 1024);
    const mail = [7, 6, 5, 4, 3, 2, 1].map((n) => mailTo(`m${n}`, body));
    const [snapshot] = await runtime.snapshot([await workspace.addProduct('flooded', { mail })]);
    expect(snapshot?.operatorMail.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(snapshot?.operatorMailLeftOut).toBe(4);
  });

  test('starts no process for an unchanged product, unless fresh', async () => {
    const product = await workspace.addProduct('quiet');
    const database = join(product.root, '.overstory', 'mail.db');
    await writeFile(database, 'one');
    await runtime.snapshot([product]);
    const after = (await workspace.calls('quiet')).length;
    await runtime.snapshot([product]);
    // An empty -wal and a -shm come and go with every reader.
    await writeFile(`${database}-wal`, '');
    await writeFile(`${database}-shm`, 'shared');
    await runtime.snapshot([product]);
    expect(await workspace.calls('quiet')).toHaveLength(after);
    await runtime.snapshot([product], { fresh: true });
    expect(await workspace.calls('quiet')).toHaveLength(2 * after);
    await writeFile(database, 'another');
    await runtime.snapshot([product]);
    expect(await workspace.calls('quiet')).toHaveLength(3 * after);
  });

  test('one process is a look where status counts no mail and could count it', async () => {
    const product = await workspace.addProduct('lean');
    const database = join(product.root, '.overstory', 'mail.db');
    const starts = async () =>
      (await workspace.calls('lean'))
        .filter((line) => /^start (status|mail)/.test(line))
        .map((l) => l.slice(6));
    await writeFile(database, 'SQLite format 3\0…');
    await runtime.snapshot([product]);
    expect(await starts()).toEqual(['status --json --agent operator']);
    // status would count 0 in a broken one, too: the list says what is wrong with it.
    await writeFile(database, 'something else');
    await runtime.snapshot([product]);
    expect((await starts()).slice(1)).toEqual([
      'status --json --agent operator',
      'mail list --json --to operator --unread',
    ]);
  });

  test('many who ask at once share one look', async () => {
    const product = await workspace.addProduct('shared');
    await Promise.all(Array.from({ length: 20 }, () => runtime.snapshot([product])));
    expect((await workspace.calls('shared')).filter((line) => line.startsWith('start status'))).toHaveLength(
      1,
    );
  });

  test('a product without folder, without config or with a bad ov is told apart', async () => {
    const bare = await workspace.addProduct('bare');
    const snapshots = await runtime.snapshot([
      workspace.ref('nowhere'),
      { name: 'no-config', root: join(bare.root, '.overstory') },
      await workspace.addProduct('garbled', { mode: 'garbage' }),
      await workspace.addProduct('locked', { mode: 'locked' }),
      await workspace.addProduct('huge', { mode: 'huge' }),
      { name: 'outside', root: '/etc' },
      bare,
    ]);
    expect(snapshots.map(({ product, health, error }) => [product, health, error?.code ?? null])).toEqual([
      ['nowhere', 'missing', 'PRODUCT_MISSING'],
      ['no-config', 'uninitialised', 'PRODUCT_NOT_GIT'],
      ['garbled', 'error', 'OV_GARBAGE'],
      ['locked', 'error', 'OV_DB_LOCKED'],
      ['huge', 'error', 'OV_OUTPUT_TOO_LARGE'],
      ['outside', 'error', 'PATH_ESCAPES'],
      ['bare', 'ok', null],
    ]);
    expect(snapshots[2]).toMatchObject({ coordinator: null, workers: [], error: { product: 'garbled' } });
  });
});

describe('run', () => {
  test('answers with the checked reply of a command', async () => {
    const product = await workspace.addProduct('runs');
    expect(await runtime.ov(product, 'coordinator.start', {})).toMatchObject({ pid: 4242 });
  });

  test.each([
    ['an unknown command', 'rm -rf', {}, 'OV_BAD_ARGUMENT'],
    ['an inherited name', 'constructor', {}, 'OV_BAD_ARGUMENT'],
    ['wrong arguments', 'mail.list', { to: '../x' }, 'OV_BAD_ARGUMENT'],
  ])('refuses %s before starting anything', async (_what, command, args, code) => {
    const product = await workspace.addProduct('refusing');
    const { end, request } = await rawLink();
    await expect(request('fleet/run', { product, command, args })).rejects.toMatchObject({ code });
    expect(await workspace.calls('refusing')).toEqual([]);
    await end();
  });

  test('writes of a product go one after the other; reads and other products do not wait', async () => {
    const slow = await workspace.addProduct('slow', { startMs: 1_500 });
    const other = await workspace.addProduct('other');
    const order: string[] = [];
    const noted = (name: string, call: Promise<unknown>) => call.then(() => order.push(name));
    await Promise.all([
      noted('start', runtime.ov(slow, 'coordinator.start', {})),
      noted('stop', runtime.ov(slow, 'coordinator.stop', {})),
      noted('read', runtime.ov(slow, 'status', {})),
      noted('other', runtime.ov(other, 'coordinator.start', {})),
    ]);
    expect(order.slice(0, 2).sort()).toEqual(['other', 'read']);
    expect(order.slice(2)).toEqual(['start', 'stop']);
    const writes = (await workspace.calls('slow')).filter((line) => line.includes('coordinator'));
    expect(writes.map((line) => line.split(' --')[0])).toEqual([
      'start coordinator start',
      'end coordinator start',
      'start coordinator stop',
      'end coordinator stop',
    ]);
  });

  test('a product that is not there or not initialised is named', async () => {
    await expect(runtime.ov(workspace.ref('gone'), 'status', {})).rejects.toMatchObject({
      code: 'PRODUCT_MISSING',
    });
    const bare = await workspace.addProduct('half');
    await expect(
      runtime.ov({ name: 'half', root: join(bare.root, '.overstory') }, 'status', {}),
    ).rejects.toMatchObject({ code: 'OV_NOT_INITIALISED' });
  });
});

test('a hundred calls are answered while products hang, which fail by their own timeout', async () => {
  const hanging = await Promise.all(
    Array.from({ length: 6 }, (_, n) => workspace.addProduct(`hanging-${n}`, { mode: 'hang' })),
  );
  const busy = await Promise.all(Array.from({ length: 25 }, (_, n) => workspace.addProduct(`busy-${n}`)));
  let hung: 'pending' | 'answered' = 'pending';
  const stuck = runtime.snapshot(hanging).then((snapshots) => {
    hung = 'answered';
    return snapshots;
  });
  const answers = await Promise.all(
    busy.flatMap((product) => [
      runtime.snapshot([product]),
      runtime.snapshot([product], { fresh: true }),
      runtime.ov(product, 'run.current', {}),
      runtime.look(product, { kind: 'tree' }),
    ]),
  );
  expect(answers).toHaveLength(100);
  expect(hung).toBe('pending');
  for (const snapshot of await stuck) expect(snapshot.error?.code).toBe('OV_TIMEOUT');
}, 60_000);

describe('the life of the link', () => {
  test('the end of its stdin ends the agent', async () => {
    const { runtime: mine, info: own } = await workspace.connect();
    expect(await lives(own.pid)).toBe(true);
    await mine.close();
    expect(await lives(own.pid)).toBe(false);
    await expect(mine.list()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
  });

  test('a SIGKILL fails what is in flight, and a new agent takes over', async () => {
    const product = await workspace.addProduct('cut', { mode: 'hang' });
    const { runtime: mine, info: first } = await workspace.connect();
    const changes: string[] = [];
    mine.on('changed', (name) => changes.push(name));
    await mine.watch([product]);
    const losses: string[] = [];
    mine.on('lost', ({ code }) => losses.push(code));
    const call = mine.ov(product, 'status', {});
    const again = new Promise<RuntimeInfo>((resolve) => mine.on('connected', resolve));
    await vi.waitFor(async () => expect(await workspace.calls('cut')).toHaveLength(1), 20_000);
    process.kill(first.pid, 'SIGKILL');
    await expect(call).rejects.toMatchObject({ code: 'RUNTIME_LOST' });
    await expect(mine.list()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
    expect(mine.link().state).toBe('lost');
    const second = await again;
    expect(losses).toEqual(['RUNTIME_LOST']);
    expect(second.pid).not.toBe(first.pid);
    expect(mine.link()).toMatchObject({ state: 'connected' });
    // The new agent was told again what to watch.
    await writeFile(join(product.root, '.overstory', 'mail.db'), 'new');
    await vi.waitFor(() => expect(changes).toContain('cut'), 5_000);
    await mine.close();
  });

  test.each(['SIGTERM', 'stdout closed'] as const)('the agent leaves on %s', async (how) => {
    const agent = spawn(process.execPath, [agentFile], {
      env: { ...process.env, FLEET_WORKSPACE: workspace.root, FLEET_OV: fixtureOv },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'fleet/list', params: {} });
    const frame = `Content-Length: ${request.length}\r\n\r\n${request}`;
    agent.stdin.on('error', () => {});
    agent.stdin.write(frame);
    await once(agent.stdout, 'data');
    const exit = once(agent, 'exit');
    if (how === 'SIGTERM') agent.kill('SIGTERM');
    else {
      agent.stdout.destroy();
      agent.stdin.write(frame);
    }
    expect(await exit).toEqual([0, null]);
  });

  test('an ov that was started finishes although its agent was killed', async () => {
    const product = await workspace.addProduct('survivor', { startMs: 1_000 });
    const { runtime: mine, info: own } = await workspace.connect();
    const call = mine.ov(product, 'coordinator.start', {}).catch((error) => error.code);
    await vi.waitFor(async () => expect(await workspace.calls('survivor')).toHaveLength(1), 20_000);
    process.kill(own.pid, 'SIGKILL');
    expect(await call).toBe('RUNTIME_LOST');
    await vi.waitFor(async () => expect(await workspace.calls('survivor')).toHaveLength(2), 5_000);
    await mine.close();
  });

  test('without FLEET_WORKSPACE the agent says so, and the link says what the agent said', async () => {
    const logs: string[] = [];
    const channel = localChannel({
      argv: [process.execPath, agentFile],
      env: { PATH: process.env.PATH },
      cwd: workspace.root,
      onLog: (line) => logs.push(line),
    });
    const mine = connectRuntime({ channel });
    const error = await new Promise((resolve) => mine.on('lost', resolve));
    expect(error).toMatchObject({ message: expect.stringContaining('FLEET_WORKSPACE') });
    expect(logs.join()).toContain('FLEET_WORKSPACE');
    expect(mine.link().state).toBe('connecting');
    await mine.close();
  });

  test('a program that cannot be started is named', async () => {
    const channel = localChannel({ argv: ['/nowhere/node'], env: {}, cwd: workspace.root });
    await expect(channel.open()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
  });
});

test('round trips over a local channel (report only)', async () => {
  const took: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const from = performance.now();
    await runtime.watch([]);
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  console.log(`local channel: p50 ${took[150]?.toFixed(2)} ms, p95 ${took[285]?.toFixed(2)} ms`);
  expect(took).toHaveLength(300);
});

/** A link below the typed Runtime, to send what TypeScript would not let through. */
async function rawLink() {
  const link = await openLink(workspace.channel(), systemClock);
  return {
    request: (method: string, params: object) => link.request(method, params, 20_000),
    end: () => link.end(FleetError.wrap(new Error('done'))),
  };
}
