// A far end that lies, floods or falls silent: an agent made of two streams in this process.

import { PassThrough } from 'node:stream';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  maxFrameBytes,
  methods,
  notifications,
  type RuntimeInfo,
} from '../../src/contract/runtime/protocol.ts';
import { emptySnapshot } from '../../src/contract/runtime/snapshot.ts';
import { FrameGuard } from '../../src/runtime/frame-guard.ts';
import { type Channel, connectRuntime, exponentialBackoff, type Runtime } from '../../src/runtime/index.ts';
import { manualClock } from '../support/manual-clock.ts';

const info: RuntimeInfo = {
  protocol: 1,
  agentVersion: '0.1.0',
  pid: 1,
  startedAtMs: 0,
  platform: 'linux-x64',
  cores: 2,
  memoryBytes: 1,
  workspaceRoot: '/w',
  ov: { version: '0.10.3', simulated: false, error: null },
  modelKey: false,
};
const product = { name: 'a', root: '/w/a' };

/** Opens streams to an agent whose verbs are the given ones; `raw` writes past its JSON-RPC. */
function hostile(verbs: Record<string, (params: unknown) => unknown>) {
  const agents: { rpc: MessageConnection; raw: PassThrough; closed: () => boolean }[] = [];
  const channel: Channel = {
    description: 'a hostile agent',
    async open() {
      const toUs = new PassThrough();
      const toAgent = new PassThrough();
      const rpc = createMessageConnection(new StreamMessageReader(toAgent), new StreamMessageWriter(toUs));
      for (const [method, answer] of Object.entries({
        [methods.hello]: () => info,
        [methods.watch]: () => ({}),
        ...verbs,
      }))
        rpc.onRequest(method, answer);
      rpc.listen();
      const closed = Promise.withResolvers<string>();
      let isClosed = false;
      agents.push({ rpc, raw: toUs, closed: () => isClosed });
      return {
        reader: toUs,
        writer: toAgent,
        closed: closed.promise,
        async close() {
          isClosed = true;
          closed.resolve('closed by us');
        },
      };
    },
  };
  return { channel, agents };
}

let runtime: Runtime | null = null;
afterEach(async () => await runtime?.close());

async function connect(verbs: Record<string, (params: unknown) => unknown>) {
  const far = hostile(verbs);
  const clock = manualClock();
  const mine = connectRuntime({ channel: far.channel, clock, backoff: () => 1_000 });
  runtime = mine;
  await vi.waitFor(() => expect(mine.link().state).toBe('connected'), 20_000);
  const [agent] = far.agents;
  if (agent === undefined) throw new Error('no agent was opened');
  return { runtime: mine, clock, agent, agents: far.agents };
}
const never = () => new Promise(() => {});

test.each([
  ['a frame announced with 500 MB', 'Content-Length: 524288000\r\n\r\n', 'AGENT_FRAME_TOO_LARGE'],
  ['one byte over the bound', `Content-Length: ${maxFrameBytes + 1}\r\n\r\n`, 'AGENT_FRAME_TOO_LARGE'],
  ['a header without end', 'Content-Length: 1'.repeat(100), 'AGENT_PROTOCOL'],
  ['something else', 'Last login: Fri Nov 20\nbash: fleet-agent: not found\n', 'AGENT_PROTOCOL'],
  ['no JSON', 'Content-Length: 4\r\n\r\n{"a"', 'AGENT_PROTOCOL'],
])('%s cuts the link and fails what is in flight', async (_what, bytes, code) => {
  const { runtime: mine, clock, agent, agents } = await connect({ [methods.list]: never });
  const call = mine.list().catch((error) => error);
  await turn();
  agent.raw.write(bytes);
  expect(await call).toMatchObject({ code: 'RUNTIME_LOST', cause: { code } });
  expect(mine.link()).toMatchObject({ state: 'lost', error: { code } });
  expect(agent.closed()).toBe(true);
  await expect(mine.list()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
  await clock.advance(999);
  expect(agents).toHaveLength(1);
  await clock.advance(1);
  await vi.waitFor(() => expect(mine.link().state).toBe('connected'), 20_000);
  expect(agents).toHaveLength(2);
});

test('a half-open link is noticed by the heartbeat and closed', async () => {
  let answers = true;
  const {
    runtime: mine,
    clock,
    agent,
  } = await connect({
    [methods.hello]: () => (answers ? info : never()),
    [methods.run]: never,
  });
  const call = mine.ov(product, 'coordinator.start', {}).catch((error) => error.code);
  await clock.advance(10_000);
  expect(mine.link().state).toBe('connected');
  answers = false;
  await clock.advance(9_999);
  expect(await Promise.race([call, turn('pending')])).toBe('pending');
  // On a machine that is busy with starts it is slow to answer, and well.
  await clock.advance(59_000);
  expect(mine.link().state).toBe('connected');
  await clock.advance(1_001);
  expect(await call).toBe('RUNTIME_LOST');
  expect(agent.closed()).toBe(true);
  expect(mine.link()).toMatchObject({ error: { code: 'AGENT_TIMEOUT' } });
});

test('a call that is not answered ends above the time of its command', async () => {
  const { runtime: mine, clock } = await connect({ [methods.run]: never });
  const call = mine.ov(product, 'status', {}).catch((error) => error.code);
  // In steps: a heartbeat on the way is answered by a real stream, which needs real turns to bring it.
  for (let second = 0; second < 29; second++) {
    await clock.advance(1_000);
    await delay(2);
  }
  expect(await Promise.race([call, turn('pending')])).toBe('pending');
  await clock.advance(1_000);
  expect(await call).toBe('AGENT_TIMEOUT');
  expect(mine.link().state).toBe('connected');
});

test.each<[string, string, unknown, (mine: Runtime) => Promise<unknown>]>([
  ['list', methods.list, [{ name: 1 }], (mine) => mine.list()],
  ['snapshot', methods.snapshot, { product: 'a', health: 'fine' }, (mine) => mine.snapshot([product])],
  [
    'footprint',
    methods.footprint,
    { products: [], container: { memoryBytes: null, cpuCores: null } },
    (mine) => mine.footprint([product]),
  ],
  ['look', methods.look, { text: 5 }, (mine) => mine.look(product, { kind: 'log' })],
])('a reply to %s that does not fit is refused', async (_what, method, reply, call) => {
  const { runtime: mine } = await connect({ [method]: () => reply });
  await expect(call(mine)).rejects.toMatchObject({ code: 'AGENT_REPLY_INVALID' });
  expect(mine.link().state).toBe('connected');
});

test("an ov reply is checked by its command's schema, and a snapshot about another product is refused", async () => {
  const other = emptySnapshot('b', 1);
  const { runtime: mine } = await connect({
    [methods.run]: () => ({ agents: 'all' }),
    [methods.snapshot]: () => other,
  });
  await expect(mine.ov(product, 'status', {})).rejects.toMatchObject({ code: 'OV_GARBAGE' });
  await expect(mine.snapshot([product])).rejects.toMatchObject({ code: 'AGENT_REPLY_INVALID' });
});

test('changes are told for watched products only, and a failing listener harms nobody', async () => {
  const { runtime: mine, agent } = await connect({});
  const heard: string[] = [];
  mine.on('changed', () => {
    throw new Error('listener');
  });
  mine.on('changed', (name) => heard.push(name));
  await mine.watch([product]);
  await agent.rpc.sendNotification(notifications.changed, { product: 'b' });
  await agent.rpc.sendNotification(notifications.changed, { product: { toString: 'a' } });
  await agent.rpc.sendNotification(notifications.changed, { product: 'a' });
  await vi.waitFor(() => expect(heard).toEqual(['a']), 20_000);
});

test('an agent of another protocol is named, and tried again', async () => {
  const { channel, agents } = hostile({ [methods.hello]: () => ({ protocol: 2, future: true }) });
  const clock = manualClock();
  const mine = connectRuntime({ channel, clock, backoff: () => 500 });
  runtime = mine;
  await vi.waitFor(
    () => expect(mine.link()).toMatchObject({ state: 'connecting', error: { code: 'AGENT_INCOMPATIBLE' } }),
    20_000,
  );
  await expect(mine.list()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
  await clock.advance(500);
  await vi.waitFor(() => expect(agents).toHaveLength(2), 20_000);
});

test('the wait doubles from 100-200 ms to at most 10 s', () => {
  const waits = Array.from({ length: 40 }, (_, attempt) => exponentialBackoff(attempt));
  expect(waits[0]).toBeGreaterThanOrEqual(100);
  expect(waits[0]).toBeLessThanOrEqual(200);
  for (const wait of waits.slice(7)) expect(wait).toBeGreaterThanOrEqual(5_000);
  for (const wait of waits) expect(wait).toBeLessThanOrEqual(10_000);
});

test('frames pass the guard unchanged however they are cut', async () => {
  const frames = ['{}', 'x'.repeat(100), 'é'.repeat(40)].map(
    (body) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const whole = Buffer.from(frames.join(''));
  for (let size = 1; size <= whole.length; size += 1) {
    const guard = new FrameGuard(100);
    for (let at = 0; at < whole.length; at += size) guard.write(whole.subarray(at, at + size));
    guard.end();
    expect(Buffer.concat(await guard.toArray()).equals(whole), `pieces of ${size}`).toBe(true);
  }
});

test('closing does not wait for a channel that never opens, and opens no other', async () => {
  const open = vi.fn(() => new Promise<never>(() => {}));
  const mine = connectRuntime({ channel: { description: 'a channel that hangs', open } });
  await mine.close();
  expect(open).toHaveBeenCalledTimes(1);
  await expect(mine.list()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
});

test('is told what to watch once by a link, again when it is another set, and again when it would not take it', async () => {
  const told: number[] = [];
  let refuse = false;
  const far = await connect({
    [methods.watch]: (params) => {
      told.push((params as { products: unknown[] }).products.length);
      if (refuse) throw new Error('not now');
      return {};
    },
  });
  await far.runtime.watch([product]);
  await far.runtime.watch([product]);
  expect(told).toEqual([0, 1]);
  refuse = true;
  const two = [product, { name: 'b', root: '/w/b' }];
  await expect(far.runtime.watch(two)).rejects.toThrow();
  refuse = false;
  await far.runtime.watch(two);
  expect(told).toEqual([0, 1, 2, 2]);
});
