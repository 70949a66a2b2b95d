// The outbox on a whole fleet in memory: what is told, when, once, in order, over crashes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFleetClient } from '../../../src/client/client.ts';
import { queuedLongMs, remindMs } from '../../../src/fleet/report/outbox.ts';
import type { NoticeRow } from '../../../src/journal/outbox/store.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { product, registry, testFleet } from '../../support/fleet.ts';
import { serveFleet } from '../../support/gateway.ts';
import { manualClock } from '../../support/manual-clock.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function journalFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
  folders.push(folder);
  return join(folder, 'journal.db');
}

const two = () =>
  registry([product('alpha', { channels: [{ kind: 'slack', target: 'C1' }] }), product('beta')], {
    maxConcurrentSessions: 1,
  });

const question = { subject: 'which one?', body: 'A or B?', type: 'question' };
const told = (t: ReturnType<typeof testFleet>): Pick<NoticeRow, 'kind' | 'product' | 'text'>[] =>
  t.fleet.outbox.due(0).map(({ kind, product: about, text }) => ({ kind, product: about, text }));

async function working(options: Partial<Parameters<typeof testFleet>[0]> = {}) {
  const t = testFleet({ registry: two(), ...options });
  await t.clock.settle();
  t.start('alpha', 'ship auth');
  await t.clock.settle();
  return t;
}

describe('what is told', () => {
  it('a question at once, then the end with its result, numbered and with channels', async () => {
    const t = await working();
    t.fake.mailFrom('alpha', question);
    await t.clock.settle();
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]', body: 'auth has shipped' });
    await t.clock.advance(20_000);
    expect(t.fleet.outbox.due(0)).toMatchObject([
      { n: 1, kind: 'waiting', gate: 1, product: 'alpha', channels: [{ kind: 'slack', target: 'C1' }] },
      {
        n: 2,
        kind: 'done',
        product: 'alpha',
        objective: 'obj-1',
        text: expect.stringMatching(/obj-1 on alpha is done[\s\S]*Took \d s, cost not known\./),
        quote: 'auth has shipped',
      },
    ]);
    t.fleet.outbox.sent([1]);
    t.fleet.outbox.sent([1]);
    expect(t.fleet.outbox.due(0)).toHaveLength(1);
    expect(t.journal.eventsAfter(0, 1000).filter(({ kind }) => kind === 'notice.sent')).toHaveLength(1);
  });

  it('a failure with its reason', async () => {
    const t = await working();
    Object.assign(t.fake.product('alpha'), { coordinator: 'dead', processes: 0 });
    await t.clock.advance(60_000);
    expect(told(t)).toMatchObject([{ kind: 'failed', text: expect.stringContaining('gone') }]);
  });

  it('what is a warning only with the digest of the next morning', async () => {
    const clock = manualClock(Date.parse('2026-01-05T06:20:00Z'));
    const t = await working({ world: { clock, fake: fakeRuntime(clock, ['alpha', 'beta']) } });
    t.fake.mailFrom('alpha', { ...question, priority: 'low' });
    await t.clock.advance(39 * 60_000);
    expect(told(t)).toEqual([]);
    await t.clock.advance(2 * 60_000);
    expect(told(t)).toMatchObject([{ kind: 'waiting' }]);
  });

  it('the end of what a gate had held up', async () => {
    const t = await working();
    t.fake.mailFrom('alpha', question);
    await t.clock.settle();
    t.fleet.outbox.sent([1]);
    t.fleet.gates.resolve(1, 'answered', 'A', t.source, 'operator');
    await t.clock.advance(20_000);
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]', body: 'auth has shipped' });
    await t.clock.advance(20_000);
    expect(told(t)).toMatchObject([{ kind: 'done' }]);
  });

  it('progress to the thread that asked, and nowhere else', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    const thread = 'agent:meta-coordinator:slack:channel:c1:thread:1.2';
    t.fleet.commands.start({
      product: 'alpha',
      text: 'ship auth',
      acceptance: null,
      needs: [],
      source: { via: 'model', sender: 'u1', thread },
      idempotencyKey: null,
    });
    t.start('beta', 'nobody reads where this was asked');
    await t.clock.settle();
    t.fake.mailFrom('alpha', { subject: '[obj-1] half way', body: 'two of four', type: 'status' });
    await t.clock.settle();
    expect(t.fleet.outbox.due(0)).toMatchObject([
      { kind: 'progress', thread, channels: [], text: 'obj-1 on alpha is under way.' },
    ]);
    await t.clock.advance(10_000);
    expect(t.fleet.outbox.due(0)).toMatchObject([{ n: 1 }, { n: 2, quote: '[obj-1] half way\ntwo of four' }]);
    t.fake.mailFrom('alpha', { subject: 'PLAN', body: 'ok?', type: 'question' });
    await t.clock.settle();
    t.fleet.gates.resolve(1, 'approved', '', t.source, 'operator');
    await t.clock.advance(20_000);
    expect(told(t).map(({ kind }) => kind)).toEqual(['progress', 'progress', 'waiting', 'progress']);
  });

  it('joins what comes at once into one later message, and lets nothing overtake', async () => {
    const t = await working();
    const ends = async (n: number) => {
      t.journal.record({
        kind: 'intervention.asked',
        product: 'alpha',
        text: 'asked',
        data: { intervention: n, why: 'x', cause: -n },
      });
      t.fleet.monitor.begin(n);
      t.fleet.monitor.end(n, `seen ${n}`, null);
      await t.clock.settle();
    };
    for (const n of [1, 2, 3, 4]) await ends(n);
    expect(t.fleet.outbox.due(0).map(({ n }) => n)).toEqual([1]);
    await t.clock.advance(10_000);
    expect(t.fleet.outbox.due(0).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    t.fleet.outbox.sent([1, 2, 3, 4]);
    await ends(5);
    expect(t.fleet.outbox.due(0)).toEqual([]);
    t.fake.mailFrom('alpha', question);
    await t.clock.settle();
    expect(t.fleet.outbox.due(0).map(({ n, kind }) => [n, kind])).toEqual([
      [5, 'monitor'],
      [6, 'waiting'],
    ]);
  });

  it('a long wait in the queue, once', async () => {
    const t = await working();
    t.start('beta', 'wait');
    await t.clock.advance(queuedLongMs + 60_000);
    await t.clock.advance(queuedLongMs);
    const waits = t.journal
      .eventsAfter(0, 100_000)
      .filter((e) => e.kind === 'notice.posted' && e.data.kind === 'queued-long');
    expect(waits).toMatchObject([{ product: 'beta', objective: 'obj-2' }]);
  });
});

describe('what reaches no chat', () => {
  it('a product says which of its chats is off where notices go, once a gateway has said what is on', async () => {
    const t = await working();
    const server = await serveFleet(t.fleet);
    const client = createFleetClient({ socketPath: server.socketPath });
    const off = async () => (await client.status({ product: 'alpha' })).products[0]?.channelsOff;
    expect(await off()).toBeUndefined();
    await client.notices({ on: 'webchat,telegram' });
    expect(await off()).toEqual(['slack']);
    await client.notices({ on: 'webchat,slack' });
    expect(await off()).toEqual([]);
    await server[Symbol.asyncDispose]();
    t.crash();
  });
});

describe('again', () => {
  it('reminds of an open gate on a backoff, and of an answered one no more', async () => {
    const t = await working();
    t.fake.mailFrom('alpha', question);
    await t.clock.advance((remindMs[0] ?? 0) + 1_000);
    expect(told(t)).toHaveLength(2);
    await t.clock.advance((remindMs[1] ?? 0) - 60_000);
    expect(told(t)).toHaveLength(2);
    await t.clock.advance(61_000);
    expect(told(t)).toHaveLength(3);
    t.fleet.gates.resolve(1, 'answered', 'A', t.source, 'operator');
    await t.clock.advance(remindMs[2] ?? 0);
    expect(told(t).filter(({ kind }) => kind === 'waiting')).toHaveLength(3);
  }, 60_000);

  it('comes under the same number when the sink was killed between sending and saying so', async () => {
    const file = journalFile();
    const first = await working({ file });
    first.fake.mailFrom('alpha', question);
    await first.clock.settle();
    const before = first.fleet.outbox.due(0);
    first.crash();
    const second = testFleet({ registry: two(), file, world: { clock: first.clock, fake: first.fake } });
    await second.clock.settle();
    expect(second.fleet.outbox.due(0).slice(0, 1)).toEqual(before);
    expect(told(second)).toMatchObject([{ kind: 'waiting' }, { kind: 'recovered' }]);
  });

  it('opens the gate and posts the notice that a crash left out', async () => {
    const file = journalFile();
    const first = await working({ file });
    first.fleet.outbox.close();
    first.fake.mailFrom('alpha', question);
    await first.clock.settle();
    expect(first.fleet.gates.list(null, false)).toEqual([]);
    first.crash();
    const second = testFleet({ registry: two(), file, world: { clock: first.clock, fake: first.fake } });
    await second.clock.settle();
    expect(second.fleet.gates.list(null, false)).toHaveLength(1);
    expect(told(second).filter(({ kind }) => kind === 'waiting')).toHaveLength(1);
  });
});
