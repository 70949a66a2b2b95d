// Work that comes again, through the real loop and journal: what is due becomes an ordinary objective, once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EveryRequest } from '../../src/contract/recurring.ts';
import type { Recurrence } from '../../src/registry/registry.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

const hour = 3_600_000;
const source = { via: 'webchat', sender: 'ada', thread: 'chat-1' } as const;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const posts: Recurrence = {
  name: 'posts',
  product: 'alpha',
  cron: '0 9 * * 1-5',
  timeZone: 'Europe/Berlin',
  text: 'daily social posts',
  acceptance: null,
  missed: 'once',
};

/** Monday, 5 January 2026, 9:00 UTC, unless told otherwise. */
async function ready(recurring: Recurrence[] = [], startMs?: number, sweepLiveMs = 15_000, kept = true) {
  const clock = manualClock(startMs);
  const fake = fakeRuntime(clock, ['alpha', 'beta']);
  const folder = mkdtempSync(join(tmpdir(), 'fleet-recurring-'));
  folders.push(folder);
  const file = kept ? join(folder, 'journal.db') : ':memory:';
  const reg = { ...registry([product('alpha'), product('beta')]), recurring };
  const open = () => testFleet({ registry: reg, file, world: { clock, fake }, tuning: { sweepLiveMs } });
  const t = open();
  await clock.settle();
  return Object.assign(t, {
    reg,
    reopen: open,
    every: (more: Partial<EveryRequest> & { every: string }) =>
      t.fleet.recurring.every({
        product: 'alpha',
        text: 'daily social posts',
        acceptance: null,
        timeZone: 'UTC',
        missed: 'once',
        replace: false,
        name: null,
        source,
        ...more,
      } as Parameters<typeof t.fleet.recurring.every>[0]),
    due: () => t.journal.eventsAfter(0, 100_000).filter(({ kind }) => kind === 'recurring.due'),
  });
}

describe('every', () => {
  it('queues an ordinary objective when its time comes, asked for by who set it up, and lists the next ones', async () => {
    const t = await ready();
    const set = t.every({ every: '0 12 * * *' });
    expect(set).toMatchObject({ name: 'alpha-1', from: 'chat', runs: 0 });
    expect(set.next).toEqual([5, 6, 7].map((day) => `2026-01-0${day}T12:00:00.000Z`));
    await t.clock.advance(3 * hour - 1);
    expect(t.fleet.commands.objectives(10, null)).toEqual([]);
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objectives(10, null)).toMatchObject([
      { id: 'obj-1', state: 'running', text: 'daily social posts', source },
    ]);
    expect(t.fleet.recurring.list()).toMatchObject([
      { runs: 1, lastObjective: 'obj-1', next: expect.arrayContaining(['2026-01-06T12:00:00.000Z']) },
    ]);
  });

  it('runs once now, beside its times, while its last run is over', async () => {
    const t = await ready([posts]);
    for (const set of [t.every({ every: '0 12 * * *', name: 'news' }), t.fleet.recurring.list()[0]]) {
      const before = t.fleet.recurring.list().find(({ name }) => name === set?.name);
      const run = t.fleet.recurring.run(set?.name ?? '', source);
      expect(run).toMatchObject({ product: 'alpha', text: 'daily social posts', source });
      expect(() => t.fleet.recurring.run(set?.name ?? '', source)).toThrow(
        expect.objectContaining({ code: 'RECURRING_OPEN' }),
      );
      t.fleet.commands.cancel(run.id, null, source);
      await t.clock.advance(60_000);
      expect(t.fleet.recurring.list().find(({ name }) => name === set?.name)).toEqual({
        ...before,
        lastObjective: run.id,
        runs: 1,
      });
    }
    expect(() => t.fleet.recurring.run('news', { ...source, via: 'model' })).toThrow(
      expect.objectContaining({ code: 'HUMAN_ONLY' }),
    );
  });

  it('is changed by its name and keeps its runs; one of products.yaml is not', async () => {
    const t = await ready([posts]);
    t.every({ every: '0 12 * * *', name: 'news' });
    t.fleet.commands.cancel(t.fleet.recurring.run('news', source).id, null, source);
    t.fleet.recurring.pause('news', source);
    const changed = { every: '30 8 * * *', name: 'news', text: 'the news', acceptance: 'It is short.' };
    expect(() => t.every(changed)).toThrow(expect.objectContaining({ code: 'RECURRING_EXISTS' }));
    expect(t.every({ ...changed, replace: true })).toMatchObject({
      every: '30 8 * * *',
      objective: 'the news',
      acceptance: 'It is short.',
      runs: 1,
      paused: expect.any(String),
    });
    expect(t.fleet.recurring.resume('news', source).next[0]).toBe('2026-01-06T08:30:00.000Z');
    expect(() => t.every({ ...changed, name: 'posts', replace: true })).toThrow(
      expect.objectContaining({ code: 'RECURRING_OF_FILE' }),
    );
    expect(t.every({ ...changed, name: 'new', replace: true })).toMatchObject({ name: 'new', runs: 0 });
  });

  it('skips a run while the last one is open, and says so', async () => {
    const t = await ready();
    t.every({ every: '0 * * * *' });
    await t.clock.advance(3 * hour);
    expect(t.due().map(({ data }) => (data as { skipped: string | null }).skipped)).toEqual([
      null,
      'overlap',
      'overlap',
    ]);
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
    await t.clock.advance(hour);
    expect(t.fleet.commands.objectives(10, null).map(({ id }) => id)).toEqual(['obj-2', 'obj-1']);
    expect(t.fleet.recurring.list()).toMatchObject([{ runs: 2, skipped: 2 }]);
  });

  it('is not for the model, and refuses what is no calendar, zone or product', async () => {
    const t = await ready();
    const refused = (more: Parameters<typeof t.every>[0], code: string) =>
      expect(() => t.every(more)).toThrow(expect.objectContaining({ code }));
    refused({ every: '0 9 * * *', source: { via: 'model', sender: null, thread: null } }, 'HUMAN_ONLY');
    refused({ every: '0 9 31 2 *' }, 'CRON_INVALID');
    refused({ every: '0 9 * * *', timeZone: 'Mars/Olympus' }, 'TIME_ZONE_INVALID');
    refused({ every: '0 9 * * *', product: 'nope' }, 'PRODUCT_UNKNOWN');
    t.every({ every: '0 9 * * *', name: 'posts' });
    refused({ every: '0 9 * * *', name: 'posts' }, 'RECURRING_EXISTS');
  });

  it('pauses, and what would have run meanwhile was not missed; deletes', async () => {
    const t = await ready();
    t.every({ every: '0 * * * *', name: 'hourly' });
    t.fleet.recurring.pause('hourly', source);
    await t.clock.advance(5 * hour);
    expect(t.fleet.recurring.list()).toMatchObject([{ next: [], runs: 0 }]);
    expect(t.clock.pending()).toBe(0);
    t.fleet.recurring.resume('hourly', source);
    await t.clock.advance(1_000);
    expect(t.due()).toEqual([]);
    await t.clock.advance(hour);
    expect(t.due()).toMatchObject([{ data: { missed: 0 } }]);
    t.fleet.recurring.delete('hourly', source);
    expect(t.fleet.recurring.list()).toEqual([]);
  });

  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-26T01:30:00.000Z'],
    ['45 1 * * *', 'America/New_York', '2026-11-01T06:10:00Z', '2026-11-02T06:45:00.000Z'],
  ])(
    '"%s" (%s) set up in the hour that comes twice waits for its next time',
    async (every, timeZone, now, next) => {
      const t = await ready([], Date.parse(now));
      const set = t.every({ every, timeZone, name: 'daily' });
      expect(set.next[0]).toBe(next);
      await t.clock.advance(hour / 2);
      expect(t.due()).toEqual([]);
      t.fleet.recurring.pause('daily', source);
      t.fleet.recurring.resume('daily', source);
      await t.clock.advance(hour / 2);
      expect(t.due()).toEqual([]);
      await t.clock.advance(Date.parse(next) - t.clock.nowMs() + 1_000);
      expect(t.due()).toMatchObject([{ data: { dueMs: Date.parse(next), missed: 0 } }]);
    },
  );

  it('an hourly one runs in both of the hours that come twice', async () => {
    const t = await ready([], Date.parse('2026-10-24T23:59:00Z'));
    t.every({ every: '0 * * * *', timeZone: 'Europe/Berlin' });
    await t.clock.advance(2 * hour + 2 * 60_000);
    expect(t.due().map(({ data }) => new Date((data as { dueMs: number }).dueMs).getUTCHours())).toEqual([
      0, 1, 2,
    ]);
  });

  it('with ? for the day it keeps to the weekdays that were asked for', async () => {
    const t = await ready([], Date.parse('2026-11-07T08:00:00Z'));
    expect(t.every({ every: '0 9 ? * 1-5' }).next[0]).toBe('2026-11-09T09:00:00.000Z');
    await t.clock.advance(2 * hour);
    expect(t.due()).toEqual([]);
  });

  it('counts what the product refuses as skipped, with the reason', async () => {
    const t = await ready();
    t.every({ every: '0 * * * *' });
    t.setRegistry({ ...t.reg, products: t.reg.products.filter(({ name }) => name !== 'alpha') });
    await t.clock.advance(hour);
    expect(t.due()).toMatchObject([
      { text: expect.stringContaining('Expected a product of products.yaml'), data: { skipped: 'refused' } },
    ]);
  });
});

describe('missed while fleetd was down', () => {
  it.each([
    ['once', [{ objective: 'obj-1', skipped: null, missed: 2 }]],
    ['skip', [{ objective: null, skipped: 'late', missed: 2 }]],
  ] as const)('%s', async (missed, expected) => {
    const t = await ready();
    t.every({ every: '0 * * * *', missed });
    t.crash();
    await t.clock.advance(3 * hour + 30 * 60_000);
    const second = t.reopen();
    await t.clock.settle();
    const due = second.journal.eventsAfter(0, 1_000).filter(({ kind }) => kind === 'recurring.due');
    expect(due.map(({ data }) => data)).toMatchObject(expected);
    second.crash();
  });

  it('a crash between queueing and recording queues nothing twice', async () => {
    const t = await ready();
    t.every({ every: '0 10 * * *', name: 'ten' });
    t.crash();
    await t.clock.advance(hour);
    const second = t.reopen();
    await t.clock.settle();
    // what a crash just after the objective was queued leaves
    second.tables.exec(`UPDATE recurring SET last_due_ms = last_due_ms - 3600000, last_objective = NULL`);
    second.crash();
    const third = t.reopen();
    await t.clock.settle();
    expect(third.fleet.commands.objectives(10, null)).toHaveLength(1);
    third.crash();
  });
});

describe('of products.yaml', () => {
  it('recurs as the file says, counts from when it was first seen, and ends with its entry', async () => {
    const t = await ready([posts]);
    expect(t.fleet.recurring.list()).toMatchObject([{ name: 'posts', from: 'products.yaml' }]);
    expect(() => t.fleet.recurring.delete('posts', source)).toThrow(
      expect.objectContaining({ code: 'RECURRING_OF_FILE' }),
    );
    await t.clock.advance(23 * hour);
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
    await t.clock.advance(hour);
    expect(t.due()).toHaveLength(1);
    t.setRegistry({ ...t.reg, recurring: [] });
    expect(t.fleet.recurring.list()).toEqual([]);
    await t.clock.advance(72 * hour);
    expect(t.due()).toHaveLength(1);
    expect(t.clock.pending()).toBeLessThan(5);
  });
});

describe('a fortnight of it, with the night in it in which clocks change', () => {
  it('with clock jumps and a change of clocks: each run once, and no two at the same time', {
    timeout: 120_000,
  }, async () => {
    const from = Date.parse('2026-03-20T00:00:00Z');
    const to = Date.parse('2026-04-02T00:00:00Z');
    const fast: Recurrence = { ...posts, name: 'sync', product: 'beta', cron: '0 */2 * * *', text: 'sync' };
    const t = await ready([posts, fast], from, hour / 2, false);
    // Ends what runs, each after another length of time; some are longer than two hours.
    let open = 0;
    let most = 0;
    let started = 0;
    t.journal.onRecorded((events) => {
      for (const { kind, product: name, objective } of events) {
        if (kind === 'session.running' && name && objective) {
          started += 1;
          if (name === 'beta') most = Math.max(most, ++open);
          const takes = (started % 7) * 0.5 * hour + 60_000;
          t.clock.after(takes, () => t.fake.mailFrom(name, { subject: `Run complete: [${objective}]` }));
        }
        if (kind === 'objective.ended' && name === 'beta') open -= 1;
      }
    });
    // Forward and back by up to three hours, and then by steps of half an hour, to the end.
    for (let step = 0; t.clock.nowMs() < to; step++) {
      if (step % 60 === 37) t.clock.jump(3 * hour);
      if (step % 60 === 50) t.clock.jump(-2 * hour);
      await t.clock.advance(hour / 2);
    }
    const handled = (name: string) => t.due().filter(({ data }) => (data as { name: string }).name === name);
    for (const recurrence of [posts, fast]) {
      const events = handled(recurrence.name).map(({ data }) => data as { dueMs: number; missed: number });
      const expected = localTimes(recurrence, from, t.clock.nowMs());
      // Each due time is dealt with once: by a run, by a skip, or as one of those missed before a run.
      expect(new Set(events.map(({ dueMs }) => dueMs)).size).toBe(events.length);
      for (const { dueMs } of events) expect(expected).toContain(dueMs);
      const missed = events.reduce((sum, event) => sum + event.missed, 0);
      expect(events.length + missed).toBe(expected.length);
    }
    expect(handled('posts').length).toBeGreaterThanOrEqual(9);
    expect(handled('sync').some(({ data }) => (data as { skipped: unknown }).skipped === 'overlap')).toBe(
      true,
    );
    expect(most).toBe(1);
    // 9:00 in Berlin is 8:00 UTC before 29 March and 7:00 after
    const hours = new Set(
      handled('posts').map(({ data }) => new Date((data as { dueMs: number }).dueMs).getUTCHours()),
    );
    expect([...hours].sort()).toEqual([7, 8]);
  });

  /** The due times, told without the cron library: each half hour, looked at in local time. */
  function localTimes({ name, timeZone }: Recurrence, fromMs: number, toMs: number): number[] {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
    const times: number[] = [];
    for (let ms = fromMs + hour / 2; ms <= toMs; ms += hour / 2) {
      const told = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
      const weekend = told.weekday === 'Sat' || told.weekday === 'Sun';
      const wanted =
        told.minute === '00' &&
        (name === 'posts' ? told.hour === '09' && !weekend : Number(told.hour) % 2 === 0);
      if (wanted) times.push(ms);
    }
    // 2:00 on the day that has none runs an hour later
    const skipped = Date.parse('2026-03-29T01:00:00Z');
    return name === 'sync' ? [...times, skipped].sort((a, b) => a - b) : times;
  }
});
