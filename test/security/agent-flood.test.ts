// A process that took the agent's place and floods fleetd: frames without end, questions whose answers it does not
// read, a log without lines, JSON that is small on the wire and huge in memory. Memory stays bounded, and the
// event loop goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';

/** Greets as an agent does, then does `evil`, for which it has `frame(value)`, `write(fd, bytes)` and `ask`: what it is asked. */
const agent = (evil: string) => `
const fs = require('node:fs');
const write = (stream, bytes) => new Promise((done) => stream.write(bytes) ? setImmediate(done) : stream.once('drain', done));
const frame = (value) => { const text = typeof value === 'string' ? value : JSON.stringify(value); return 'Content-Length: ' + Buffer.byteLength(text) + '\\r\\n\\r\\n' + text; };
const info = { protocol: 1, agentVersion: '0', pid: 1, startedAtMs: 0, platform: 'x', cores: 1, memoryBytes: 1, workspaceRoot: '/w', ov: { version: '0.10.3', simulated: false, error: null }, modelKey: false };
let got = '';
process.stdin.on('end', () => process.exit());
process.stdin.on('data', async (chunk) => {
  got += chunk;
  for (;;) {
    const [, length] = /^Content-Length: (\\d+)\\r\\n\\r\\n/.exec(got) ?? [];
    if (length === undefined) return;
    const from = got.indexOf('\\r\\n\\r\\n') + 4;
    if (got.length < from + Number(length)) return;
    const ask = JSON.parse(got.slice(from, from + Number(length)));
    got = got.slice(from + Number(length));
    if (ask.method === 'fleet/list') { ${evil} }
    else process.stdout.write(frame({ jsonrpc: '2.0', id: ask.id, result: ask.method === 'fleet/hello' ? info : {} }));
  }
});`;

/** A flood without a bound shows in it by hundreds of MiB. */
const watchMs = 800;

let runtime: Runtime | null = null;
afterEach(async () => await runtime?.close());

/** @returns MiB that this process grew by at most, and ms that its event loop stood still at most */
async function underAttack(evil: string) {
  const mine = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, '--eval', agent(evil)],
      env: {},
      cwd: '/',
      onLog: (line) => lines.push(line),
    }),
    backoff: () => 60_000,
  });
  runtime = mine;
  const lines: string[] = [];
  await vi.waitFor(() => expect(mine.link().state).toBe('connected'), 10_000);
  const before = process.memoryUsage().rss;
  let most = before;
  let longest = 0;
  const call = mine.list().then(
    () => 'an answer',
    (error) => error,
  );
  for (const until = Date.now() + watchMs; Date.now() < until; ) {
    const at = Date.now();
    await sleep(20);
    longest = Math.max(longest, Date.now() - at - 20);
    most = Math.max(most, process.memoryUsage().rss);
  }
  return { mib: (most - before) / 1024 ** 2, longest, call, lines, link: mine.link() };
}

it.each([
  [
    'notifications',
    `const all = frame({ jsonrpc: '2.0', method: 'fleet/changed', params: { product: 'a' } }).repeat(2000); for (;;) await write(process.stdout, all);`,
  ],
  [
    'answers to nothing',
    `const all = frame({ jsonrpc: '2.0', id: 99, result: {} }).repeat(2000); for (;;) await write(process.stdout, all);`,
  ],
  [
    'a log without an end of line',
    `const all = 'x'.repeat(1 << 20); for (;;) await write(process.stderr, all);`,
  ],
  ['a log of short lines', `const all = 'x\\n'.repeat(100000); for (;;) await write(process.stderr, all);`],
])(
  '%s, without end',
  async (_what, evil) => {
    const { mib, longest, lines } = await underAttack(evil);
    expect(mib).toBeLessThan(200);
    expect(longest).toBeLessThan(1_500);
    expect(lines.length).toBeLessThan(500);
  },
  30_000,
);

it.each([
  [
    'questions',
    `process.stdin.pause(); const all = Array.from({ length: 2000 }, (_, id) => frame({ jsonrpc: '2.0', id, method: 'x' })).join(''); for (;;) await write(process.stdout, all);`,
    'AGENT_PROTOCOL',
  ],
  [
    '32 MB of empty lists',
    `await write(process.stdout, frame('{"jsonrpc":"2.0","id":' + ask.id + ',"result":[' + '[],'.repeat(10e6) + '[]]}'));`,
    'AGENT_FRAME_TOO_LARGE',
  ],
  [
    '32 MB of opened lists',
    `await write(process.stdout, frame('{"jsonrpc":"2.0","id":' + ask.id + ',"result":"\\\\"",' + '"x":' + '['.repeat(30e6)));`,
    'AGENT_FRAME_TOO_LARGE',
  ],
])(
  '%s end the link',
  async (_what, evil, code) => {
    const { mib, call, link } = await underAttack(evil);
    expect(await call).toMatchObject({ code: 'RUNTIME_LOST', cause: { code } });
    expect(link).toMatchObject({ state: 'lost', error: { code } });
    expect(mib).toBeLessThan(200);
  },
  30_000,
);

it('lines of the log are cut, and cannot move the terminal they are read in', async () => {
  const { lines } = await underAttack(
    `process.stderr.write('\\u001b[2J\\u009b31m\\u202eevil\\n' + 'y'.repeat(5000) + '\\nlast\\n');`,
  );
  expect(lines[0]).toMatch(/evil$/);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  expect(lines[1]).toBe('y'.repeat(2_000));
  expect(lines[2]).toBe('last');
}, 30_000);
