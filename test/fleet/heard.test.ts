// Read is not heard. A mail is asked after until something shows that it was heard, is told as unheard when nothing
// does, and is never sent twice. What proves what, on the pure function; the rest on a whole fleet in memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Mail } from '../../src/contract/runtime/snapshot.ts';
import { type Awaited, howHeard, type Traces } from '../../src/fleet/act/heard/heard.ts';
import { tuning } from '../../src/fleet/index.ts';
import type { Tuning } from '../../src/fleet/tuning.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const atMs = Date.parse('2026-11-29T05:06:26Z');
const at = (seconds: number) => new Date(atMs + seconds * 1_000).toISOString();
const mail = (more: Partial<Mail>): Mail => ({
  id: 'msg-c',
  from: 'coordinator',
  to: 'operator',
  type: 'status',
  subject: '',
  body: '',
  priority: 'normal',
  threadId: null,
  payload: null,
  read: false,
  createdAt: at(10),
  ...more,
});
const awaited = (more: Partial<Awaited>): Awaited => ({
  kind: 'objective',
  mail: 'msg-o',
  mark: 'obj-6.1',
  objective: 'obj-6',
  sinceMs: atMs,
  thread: null,
  verdict: null,
  before: [],
  namedAtMs: null,
  ...more,
});
const seen = (more: Partial<Traces>): Traces => ({ said: [], workers: [], lastActivity: null, ...more });
const answer = { kind: 'answer', mark: 'gate-2.7', thread: 'msg-q' } as const;

describe('what shows that a mail was heard', () => {
  const lead = { name: 'lead-1', startedAt: at(5) };
  it.each([
    ['a reply, to anything', {}, { said: [mail({ threadId: 'msg-o' })] }],
    ['its mark', { kind: 'message', mark: 'obj-6.2' }, { said: [mail({ body: 'As [obj-6.2] says.' })] }],
    ['its id', { kind: 'message' }, { said: [mail({ body: 'Done what msg-o asks.' })] }],
    ['the tag of the objective', {}, { said: [mail({ subject: 'PLAN [obj-6] a plan' })] }],
    ['a worker, after an objective', {}, { workers: [lead] }],
    ['the final mail', {}, { said: [mail({ subject: 'Run complete: [obj-6]' })] }],
    ['a worker, after an approval', { ...answer, verdict: 'approved' }, { workers: [lead] }],
    [
      "a reply in the question's thread",
      { ...answer, verdict: 'answered' },
      { said: [mail({ threadId: 'msg-q' })] },
    ],
    ['another plan', { ...answer, verdict: 'rejected' }, { said: [mail({ subject: 'PLAN [obj-6] b' })] }],
    ['a turn after it was named', { kind: 'worker', namedAtMs: atMs }, { lastActivity: at(3) }],
  ] as [string, Partial<Awaited>, Partial<Traces>][])('%s', (_, what, traces) => {
    expect(howHeard(awaited(what), seen(traces))).not.toBeNull();
  });

  it.each([
    ['silence', {}, {}],
    ['a worker of before it', {}, { workers: [{ name: 'lead-1', startedAt: at(-60) }] }],
    ['a worker that was there, by a clock set back', { before: [`lead-1 ${at(5)}`] }, { workers: [lead] }],
    ['a report of before it', {}, { said: [mail({ subject: '[obj-6] under way', createdAt: at(-60) })] }],
    [
      'the tag, of a message',
      { kind: 'message', mark: 'obj-6.2' },
      { said: [mail({ body: '[obj-6] goes on' })] },
    ],
    ['a worker, of a message', { kind: 'message' }, { workers: [lead] }],
    ['a worker, of an answer in words', { ...answer, verdict: 'answered' }, { workers: [lead] }],
    [
      'the question itself',
      { ...answer, verdict: 'answered' },
      { said: [mail({ id: 'msg-q', createdAt: at(-60) })] },
    ],
    ['the turn in which it came', { kind: 'worker' }, { lastActivity: at(30) }],
    ['a mail to the worker', { kind: 'worker' }, { said: [mail({ to: 'lead-1', subject: 'Work stream' })] }],
    ['a reply to another mail', {}, { said: [mail({ threadId: 'msg-p', subject: 'Re: [obj-6.2] PAUSE' })] }],
    ['another objective of a longer number', {}, { said: [mail({ subject: '[obj-61] x' })] }],
  ] as [string, Partial<Awaited>, Partial<Traces>][])('not %s', (_, what, traces) => {
    expect(howHeard(awaited(what), seen(traces))).toBeNull();
  });
});

const busy = '✶ Thinking… (3s · esc to interrupt)\n❯ ';
const folder = mkdtempSync(join(tmpdir(), 'heard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** alpha's coordinator is busy with ov's own first prompt when the objective comes: stored, marked read, not heard. */
async function sentWhileBusy(more: Partial<Parameters<typeof testFleet>[0]> = {}) {
  const t = testFleet({ registry: registry([product('alpha')]), ...more });
  await t.clock.settle();
  Object.assign(t.fake.product('alpha'), { hears: false, screen: busy });
  t.start('alpha', 'ship it');
  await t.clock.advance(2_000);
  for (const one of t.fake.product('alpha').received) one.read = true;
  return t;
}
const asks = (t: Awaited_) => t.fake.calls.filter(({ command }) => command === 'nudge');
type Awaited_ = Awaited2<ReturnType<typeof sentWhileBusy>>;
type Awaited2<T> = T extends Promise<infer U> ? U : never;
const said = (t: Awaited_) => t.fleet.commands.eventsAfter(0, 1_000).map(({ text }) => text);

describe('an objective that came while the coordinator worked', () => {
  it('is asked after when the screen is idle, by its id, once, and never sent again', async () => {
    const t = await sentWhileBusy();
    await t.clock.advance(120_000);
    expect(asks(t)).toEqual([]);
    expect(t.fleet.status('alpha').products[0]?.objective?.condition).toBe('obj-1.1 sent, not yet heard');
    t.fake.product('alpha').screen = '❯ ';
    await t.clock.advance(30_000);
    expect(asks(t)).toHaveLength(1);
    const [sent] = t.fake.product('alpha').received;
    expect(asks(t)[0]?.args).toEqual({
      message: expect.stringContaining(`${sent?.id} (obj-1.1)`),
    });
    expect(JSON.stringify(asks(t)[0]?.args)).toContain('ov mail list --from operator');
    expect(said(t)).toContainEqual(expect.stringMatching(/^obj-1\.1 was heard: answered/));
    expect(t.fleet.status('alpha').products[0]?.objective?.condition).toBeNull();
    await t.clock.advance(3_600_000);
    expect(asks(t)).toHaveLength(1);
    expect(t.fake.count('coordinator.send')).toBe(1);
    expect(t.journal.openActions()).toEqual([]);
  });

  it('is asked after again by backoff, told as unheard, and taken back when it is heard after all', async () => {
    const t = await sentWhileBusy();
    Object.assign(t.fake.product('alpha'), { screen: '❯ ', acknowledges: false });
    await t.clock.advance(20_000);
    expect(asks(t)).toHaveLength(1);
    expect(t.fleet.status('alpha').products[0]?.objective?.condition).toBe(
      'obj-1.1 sent, not yet heard (asked 1×)',
    );
    await t.clock.advance(125_000);
    expect(asks(t)).toHaveLength(2);
    await t.clock.advance(485_000);
    expect(asks(t)).toHaveLength(3);
    expect(t.journal.trouble('alpha')).toBeNull();
    await t.clock.advance(485_000);
    expect(asks(t)).toHaveLength(3);
    expect(t.journal.trouble('alpha')).toMatchObject({
      code: 'MAIL_UNHEARD',
      message: expect.stringContaining('asked 3×'),
      mend: expect.stringContaining('fleet look alpha'),
    });
    expect(t.fake.count('coordinator.send')).toBe(1);
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
    t.fake.mailFrom('alpha', { subject: 'Late: [obj-1] is under way', type: 'status' });
    await t.clock.advance(20_000);
    expect(t.journal.trouble('alpha')).toBeNull();
  }, 60_000);

  it('is told after an hour in which the screen was never idle', async () => {
    const t = await sentWhileBusy();
    for (let minutes = 0; minutes < 61; minutes += 5) {
      t.fake.product('alpha').screen = busy.replace(
        'Thinking',
        `Thinking about ${'abcdefghijklmnop'[minutes / 5]}`,
      );
      await t.clock.advance(300_000);
    }
    expect(asks(t)).toEqual([]);
    expect(t.journal.trouble('alpha')).toMatchObject({
      code: 'MAIL_UNHEARD',
      message: expect.stringContaining('busy'),
    });
    t.fake.product('alpha').screen = '❯ ';
    await t.clock.advance(30_000);
    expect(asks(t)).toHaveLength(1);
    expect(t.journal.trouble('alpha')).toBeNull();
  }, 60_000);

  it('is not asked after at a menu', async () => {
    const t = await sentWhileBusy();
    t.fake.product('alpha').screen =
      'What do you want to do?\n❯ 1. Stop and wait\n  2. Upgrade\nPress Enter to continue';
    await t.clock.advance(6_000);
    expect(asks(t)).toEqual([]);
  });

  it('is asked after by the next fleetd, which counts what the last one asked', async () => {
    const file = join(folder, 'journal.db');
    const reg = registry([product('alpha')]);
    const first = await sentWhileBusy({ registry: reg, file });
    Object.assign(first.fake.product('alpha'), { screen: '❯ ', acknowledges: false });
    let broken = false;
    first.fake.setFault(({ command }) => {
      if (command !== 'nudge' || broken) return null;
      broken = true;
      return 'after';
    });
    await first.clock.advance(20_000);
    first.crash();
    const second = testFleet({ registry: reg, file, world: { clock: first.clock, fake: first.fake } });
    await second.clock.advance(60_000);
    // Cut off: it counts as asked, and is not repeated at once.
    expect(asks(first)).toHaveLength(1);
    await second.clock.advance(100_000);
    expect(asks(first)).toHaveLength(2);
    expect(first.fake.count('coordinator.send')).toBe(1);
  });
});

it('a message that nobody answers is asked after, although its objective goes on', async () => {
  const t = testFleet({ registry: registry([product('alpha')]) });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(5_000);
  Object.assign(t.fake.product('alpha'), { acknowledges: false });
  await t.fleet.commands.message('alpha', { text: 'mind the tests', source: t.source });
  t.fake.mailFrom('alpha', { subject: '[obj-1] half done', type: 'status' });
  await t.clock.advance(tuning.askAgainMs[0] ?? 0);
  await t.clock.advance(15_000);
  expect(asks(t)).toHaveLength(1);
  expect(JSON.stringify(asks(t)[0]?.args)).toContain('(obj-1.2)');
});

it('an open row of before, for a message that woke nobody, is still settled', async () => {
  const t = testFleet({ registry: registry([product('alpha')]) });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(5_000);
  t.journal.record({
    kind: 'action.intended',
    product: 'alpha',
    objective: 'obj-1',
    text: 'obj-1.1 woke nobody: it must be read within 60 s.',
    data: {
      action: 'read-obj-1.1',
      kind: 'delivery.confirm',
      session: 1,
      args: { mail: t.fake.product('alpha').received[0]?.id, message: 'obj-1.1' },
    },
  });
  await t.clock.advance(20_000);
  expect(t.journal.openActions()).toEqual([]);
});

describe("workers' mail", () => {
  const worker = (name: string) => ({
    name,
    capability: 'lead',
    state: 'completed',
    taskId: 't',
    parent: 'coordinator',
    depth: 1,
    branch: 'b',
    worktree: 'w',
    startedAt: '2026-01-05T09:00:01.000Z',
    lastActivity: '',
  });
  /** lead-1 reports in the middle of its coordinator's turn: marked read, and nobody is told. */
  async function reported(more: Partial<Tuning> = {}) {
    const t = testFleet({ registry: registry([product('alpha')]), tuning: more });
    await t.clock.settle();
    t.start('alpha', 'ship it');
    await t.clock.advance(5_000);
    Object.assign(t.fake.product('alpha'), { screen: busy, workers: [worker('lead-1')] });
    await t.clock.advance(20_000);
    for (const type of ['merge_ready', 'worker_done', 'status'])
      t.fake.mailFrom('alpha', {
        id: `msg-${type.replace('_', '-')}`,
        from: 'lead-1',
        to: 'coordinator',
        subject: 'x',
        type,
        read: true,
      });
    t.fake.product('alpha').lastActivityMs = t.clock.nowMs();
    await t.clock.advance(60_000);
    return t;
  }

  it('is named to a coordinator that fell idle without it, soon and all in one line', async () => {
    // As soon as its turn ends, whenever the next sweep is.
    const t = await reported({ sweepLiveMs: 600_000 });
    expect(asks(t)).toEqual([]);
    t.fake.product('alpha').screen = '❯ ';
    t.fake.changed('alpha');
    await t.clock.advance(tuning.screenEveryMs + tuning.idleWithMailMs + 1_000);
    expect(asks(t)).toHaveLength(1);
    const said = JSON.stringify(asks(t)[0]?.args);
    expect(said).toContain('msg-merge-ready (lead-1), msg-worker-done (lead-1)');
    expect(said).toContain('ov mail list --to coordinator');
    expect(said).not.toContain('msg-status');
  });

  it('is heard when the coordinator stirs after it was named, and not before', async () => {
    const t = await reported();
    t.fake.product('alpha').screen = '❯ ';
    await t.clock.advance(60_000);
    expect(t.journal.openActions().map(({ id }) => id)).toEqual([
      'heard-msg-merge-ready',
      'heard-msg-worker-done',
    ]);
    t.fake.product('alpha').lastActivityMs = t.clock.nowMs();
    t.fake.changed('alpha');
    await t.clock.advance(15_000);
    expect(t.journal.openActions()).toEqual([]);
    await t.clock.advance(1_200_000);
    expect(asks(t)).toHaveLength(1);
  });

  it('is told as unheard when nothing stirs', async () => {
    const t = await reported();
    t.fake.product('alpha').screen = '❯ ';
    await t.clock.advance(1_300_000);
    expect(t.journal.trouble('alpha')).toMatchObject({
      code: 'MAIL_UNHEARD',
      message: expect.stringMatching(/of its worker lead-1/),
    });
  }, 60_000);
});
