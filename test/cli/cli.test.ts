// The command as a real process against a real socket.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeFleetd, fakeFleetd, garbage, hang, refuse, reply } from '../support/fake-fleetd.ts';
import { busyFleet, fleetStatus, objectiveView, productView } from '../support/views.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const launchers = ['fleet', 'fleet.mjs'].map((name) =>
  fileURLToPath(new URL(`../../bin/${name}`, import.meta.url)),
);

let fleetd: FakeFleetd;
let empty: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  fleetd = await fakeFleetd();
  empty = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(empty, { recursive: true, force: true });
  await fleetd[Symbol.asyncDispose]();
});

function start(
  words: string[],
  options: {
    env?: Record<string, string>;
    cwd?: string;
    program?: string;
    /** open files instead of what is read here */
    stdout?: number;
    stderr?: number;
  } = {},
) {
  const { program } = options;
  const child = spawn(program ?? process.execPath, program ? words : [main, ...words], {
    cwd: options.cwd ?? empty,
    env: { PATH: process.env.PATH, FLEET_SOCKET: fleetd.socketPath, ...options.env },
    stdio: ['ignore', options.stdout ?? 'pipe', options.stderr ?? 'pipe'],
  });
  running.add(child);
  const out = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data) => {
    out.stdout += data;
  });
  child.stderr?.on('data', (data) => {
    out.stderr += data;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>(
    (resolve) =>
      child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal, ...out });
      }),
  );
  return { child, out, ended };
}
const fleet = (...words: string[]) => start(words).ended;

const unknown = {
  code: 'PRODUCT_UNKNOWN',
  class: 'not-found',
  message: 'Expected a product, got "prodct-a".',
  mend: 'Use another.',
  product: 'prodct-a',
};

describe('answers', () => {
  test('text goes to standard output, without colour in a pipe', async () => {
    fleetd.on('GET /v1/status', reply(busyFleet()));
    const { code, stdout, stderr } = await fleet('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('product-a  running');
    expect(stdout).not.toContain('\u001b');
  });

  test('colour when it is forced, never with NO_COLOR', async () => {
    fleetd.on('GET /v1/status', reply(busyFleet()));
    const coloured = await start(['status'], { env: { FORCE_COLOR: '1' } }).ended;
    expect(coloured.stdout).toContain('\u001b[32mrunning');
    const plain = await start(['status'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).ended;
    expect(plain.stdout).not.toContain('\u001b');
  });

  test('--json is one document, before or after the verb', async () => {
    fleetd.on('GET /v1/status', reply(busyFleet()));
    for (const words of [
      ['status', '--json'],
      ['--json', 'status'],
    ])
      expect(JSON.parse((await fleet(...words)).stdout)).toEqual({ ok: true, data: busyFleet() });
  });

  test('who asked is recorded', async () => {
    fleetd.on('POST /v1/objectives', reply(objectiveView({ state: 'queued', why: 'waits for a slot' })));
    const { stdout } = await fleet('start', 'product-a', 'explore', 'the code');
    expect(stdout).toBe('obj-6 queued on product-a: waits for a slot.\n');
    expect(fleetd.received[0]?.body).toMatchObject({
      product: 'product-a',
      text: 'explore the code',
      source: { via: 'cli' },
    });
  });

  test('help, --help and --version need no fleetd', async () => {
    const env = { FLEET_SOCKET: join(empty, 'none') };
    expect((await start([], { env }).ended).stdout).toContain('start <product> <objective…>');
    expect((await start(['--help'], { env }).ended).stdout).toContain('start <product> <objective…>');
    expect((await start(['start', '--help'], { env }).ended).stdout).toContain(
      'For example: `fleet start product-a',
    );
    expect((await start(['--version'], { env }).ended).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(fleetd.received).toEqual([]);
  });
});

describe('failures', () => {
  test('exit code, text on standard error, and a suggestion', async () => {
    fleetd.on('GET /v1/status', (response, received) =>
      (received.path.includes('prodct') ? refuse(404, unknown) : reply(busyFleet()))(response, received),
    );
    const { code, stdout, stderr } = await fleet('status', 'prodct-a');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      'PRODUCT_UNKNOWN: Expected the name of a product, got "prodct-a". Mend: Did you mean product-a? Products: product-a, product-b, product-c, product-d.\n',
    );
  });

  test('with --json the error is the document, on standard output', async () => {
    fleetd.on('GET /v1/products/product-a/inbox', refuse(404, unknown));
    const { code, stdout, stderr } = await fleet('inbox', 'product-a', '--json');
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ok: false, error: unknown });
    const usage = await fleet('stauts', '--json');
    expect(usage.code).toBe(2);
    expect(JSON.parse(usage.stdout)).toMatchObject({ ok: false, error: { code: 'VERB_UNKNOWN' } });
  });

  test.each([
    ['usage', 2],
    ['not-found', 3],
    ['refused', 4],
    ['unavailable', 5],
    ['runtime', 6],
    ['internal', 1],
  ])('class %s exits %i', async (kind, exit) => {
    fleetd.on(
      'GET /v1/status',
      refuse(500, { code: 'X', class: kind, message: 'm', mend: 'n', product: null }),
    );
    expect(await fleet('queue')).toMatchObject({ code: exit, stderr: 'X: m. Mend: n\n' });
  });

  test('garbage is named', async () => {
    fleetd.on('GET /v1/status', garbage('\u001b[2Jowned'));
    const { code, stderr } = await fleet('status');
    expect(code).toBe(6);
    expect(stderr).toMatch(/^FLEETD_REPLY_INVALID: .* Mend: /);
    expect(stderr).not.toContain('\u001b');
  });

  test('no fleetd is exit 5 with the mend', async () => {
    const { code, stderr } = await start(['status'], { env: { FLEET_SOCKET: join(empty, 'none') } }).ended;
    expect(code).toBe(5);
    expect(stderr).toMatch(/^FLEETD_UNREACHABLE: .*there is no such socket\. Mend: Start it/);
    const lost = await start(['status'], { env: { FLEET_SOCKET: '' } }).ended;
    expect(lost.code).toBe(5);
    expect(lost.stderr).toContain('found none');
  });
});

describe('finding fleetd', () => {
  test('--socket wins over FLEET_SOCKET, which wins over a trial in a folder above', async () => {
    fleetd.on('GET /v1/status', reply(busyFleet()));
    const deep = join(empty, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    mkdirSync(join(empty, '.fleet', 'run'), { recursive: true });
    symlinkSync(fleetd.socketPath, join(empty, '.fleet', 'run', 'operator.sock'));
    const none = join(empty, 'none');
    expect((await start(['status'], { cwd: deep, env: { FLEET_SOCKET: '' } }).ended).code).toBe(0);
    expect((await start(['status'], { cwd: deep, env: { FLEET_SOCKET: none } }).ended).code).toBe(5);
    expect(
      (await start(['status', '--socket', fleetd.socketPath], { env: { FLEET_SOCKET: none } }).ended).code,
    ).toBe(0);
  });
});

describe('as a process', () => {
  const event = (seq: number) =>
    `data: ${JSON.stringify({ seq, at: '2026-11-20T12:00:00.000Z', kind: 'session.started', product: 'product-a', objective: 'obj-6', text: 'It runs.', data: {} })}\n\n`;

  test('a reader that has enough ends it quietly', async () => {
    fleetd.on('GET /v1/events', (response) => {
      const timer = setInterval(() => response.write(event(Date.now())), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { child, ended } = start(['events', '--follow']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('a big answer reaches a pipe whole', async () => {
    const many = fleetStatus(
      Array.from({ length: 3000 }, (_, i) => productView(`p-${i}`, { description: 'x'.repeat(500) })),
    );
    fleetd.on('GET /v1/status', reply(many));
    const { stdout } = await fleet('products', '--json');
    expect(JSON.parse(stdout).data).toHaveLength(3000);
  });

  test('events end when what is known was said, or go on until Ctrl-C', async () => {
    fleetd.on('GET /v1/events', (response, { path }) => {
      response.write(event(1));
      if (path.includes('follow=0')) response.end();
    });
    expect((await fleet('events')).stdout).toBe(
      '2026-11-20 12:00:00 UTC  session.started  product-a obj-6: It runs.\n',
    );
    const { child, ended } = start(['events', '--follow', '--json']);
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { signal, stdout, stderr } = await ended;
    expect({ signal, stderr }).toEqual({ signal: 'SIGINT', stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { seq: 1 } });
  });

  test.each([
    [['status']],
    [['status', '--json']],
    [['status', '--watch']],
    [['start', 'product-a', 'Explore']],
    [['help']],
    [['doctor']],
  ])('fleet %j: an output that is full ends it with a code and a sentence', async (words) => {
    fleetd.on('GET /v1/status', reply(fleetStatus([productView('a')])));
    fleetd.on('POST /v1/objectives', reply(objectiveView({ product: 'product-a' })));
    const full = openSync('/dev/full', 'w');
    const { ended } = start(words, { stdout: full });
    closeSync(full);
    const { code, stderr } = await ended;
    expect(stderr).toMatch(/^OUTPUT_FAILED: Expected to write .*ENOSPC.* Mend: Make room .*\n$/);
    expect(code).toBe(5);
  });

  test('an output that is closed is said before anything is done', async () => {
    const shell = `${launchers[0]} start product-a Explore >&-`;
    const { code, stderr } = await start(['-c', shell], { program: '/bin/sh' }).ended;
    expect(stderr).toMatch(/^OUTPUT_FAILED: .* Mend: .*\n$/);
    expect(code).toBe(5);
    expect(fleetd.received).toEqual([]);
  });

  test('where errors cannot be said either, the exit code says it', async () => {
    const full = openSync('/dev/full', 'w');
    const { ended } = start(['help'], { stdout: full, stderr: full });
    closeSync(full);
    expect(await ended).toMatchObject({ code: 5, signal: null });
  });

  test('a slow answer says that it is waited for; Ctrl-C leaves no stack trace', async () => {
    fleetd.on('GET /v1/status', hang);
    const { child, ended } = start(['status']);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    expect(await ended).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: 'waiting for fleetd…\n' });
  });

  test('logs --follow keeps up with the screen', async () => {
    const screens = ['thinking about it', 'writing the login page'];
    let asked = 0;
    fleetd.on('GET /v1/products/product-a/output', (response, received) =>
      reply({ product: 'product-a', content: screens[Math.min(asked++, 1)] })(response, received),
    );
    const { child, ended } = start(['logs', 'product-a', '--follow', '--lines', '50']);
    child.stdout?.on('data', (data) => String(data).includes('login page') && child.kill('SIGINT'));
    const { signal, stdout } = await ended;
    expect(signal).toBe('SIGINT');
    expect(stdout).toMatch(/thinking about it[\s\S]*writing the login page/);
    expect(fleetd.received[0]?.path).toContain('lines=50');
  });

  test('--watch says again what it sees, through a restart of fleetd', async () => {
    let asked = 0;
    fleetd.on('GET /v1/status', (response, received) => {
      asked++;
      if (asked === 1) reply(fleetStatus([productView('before')]))(response, received);
      else if (asked === 2) response.destroy();
      else reply(fleetStatus([productView('after')]))(response, received);
    });
    const { child, ended } = start(['status', '--watch']);
    child.stdout?.on('data', (data) => String(data).includes('after') && child.kill('SIGINT'));
    const { stdout } = await ended;
    expect(stdout).toMatch(/before[\s\S]*FLEETD_LOST[\s\S]*after/);
  });
});

test('the launcher names its mend while nothing is built', async () => {
  const bin = join(empty, 'bin');
  mkdirSync(bin);
  const { copyFileSync } = await import('node:fs');
  for (const file of [...launchers, join(dirname(launchers[0] ?? ''), 'start-built.mjs')])
    copyFileSync(file, join(bin, basename(file)));
  // as npm links it
  symlinkSync(join('bin', 'fleet'), join(empty, 'linked'));
  const { code, stderr } = await start([], { program: join(empty, 'linked') }).ended;
  expect(code).toBe(5);
  expect(stderr).toBe(
    'NOT_BUILT: Expected dist/cli.cjs, found none. Mend: run `npm ci && npm run build` first.\n',
  );
});
