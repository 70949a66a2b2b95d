// What was: the curves of the budget, the timeline of sessions, mail by thread.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { migrations } from '../../src/journal/migrations.ts';
import { createUsage } from '../../src/journal/usage.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const minute = 60_000;
const hour = 60 * minute;
const gib = 1024 ** 3;
const products = () => registry([product('alpha'), product('beta')]);

describe('what is over', () => {
  it('is found by product, end, words and days, page by page', async () => {
    const t = testFleet({ registry: products() });
    await t.clock.settle();
    for (const [name, text, end] of [
      ['alpha', 'Ship the Login page', 'done'],
      ['beta', 'Write the launch post', 'cancelled'],
      ['alpha', 'Fix 100% of the tests', 'done'],
    ] as const) {
      const { id } = t.start(name, text);
      await t.clock.advance(minute);
      if (end === 'done')
        t.fake.mailFrom(name, { subject: `Run complete: [${id}]`, body: 'Merged into main.' });
      else t.fleet.commands.cancel(id, 'the old page stays', t.source);
      await t.clock.advance(24 * hour);
    }
    const ids = (asked = {}) =>
      t.fleet.commands.history({ limit: 50, skip: 0, ...asked }).map(({ id }) => id);
    const day = (n: number) => t.fleet.commands.objective(`obj-${n}`).endedAt?.slice(0, 10) ?? 'not over';
    expect(ids()).toEqual(['obj-3', 'obj-2', 'obj-1']);
    expect(ids({ product: 'alpha' })).toEqual(['obj-3', 'obj-1']);
    expect(ids({ state: 'cancelled' })).toEqual(['obj-2']);
    // in its text, its reason, its final report, its id; what means something to SQL means nothing
    expect(ids({ text: 'login PAGE' })).toEqual(['obj-1']);
    expect(ids({ text: 'old page' })).toEqual(['obj-2']);
    expect(ids({ text: 'into main' })).toEqual(['obj-3', 'obj-1']);
    expect(ids({ text: 'obj-3' })).toEqual(['obj-3']);
    expect([ids({ text: '100%' }), ids({ text: '_hip' })]).toEqual([['obj-3'], []]);
    expect(ids({ since: day(2), until: day(2) })).toEqual(['obj-2']);
    expect(ids({ since: day(2) })).toEqual(['obj-3', 'obj-2']);
    expect(ids({ limit: 1, skip: 1 })).toEqual(['obj-2']);
    expect(() => ids({ since: 'soon' })).toThrow(expect.objectContaining({ code: 'SINCE_INVALID' }));
    expect(() => ids({ product: 'gamma' })).toThrow(expect.objectContaining({ code: 'PRODUCT_UNKNOWN' }));
  });

  it('is searched as far as that holds nobody up', async () => {
    const t = testFleet({ registry: products() });
    await t.clock.settle();
    const { id } = t.start('alpha', `early ${'x'.repeat(20_000)} late`);
    t.fleet.commands.cancel(id, 'enough', t.source);
    await t.clock.advance(minute);
    const ids = (text: string) => t.fleet.commands.history({ limit: 50, skip: 0, text }).map((one) => one.id);
    expect([ids('early'), ids('late')]).toEqual([[id], []]);
  });

  it('has cost what its sessions did, on the day they ended', async () => {
    const t = testFleet({ registry: products() });
    await t.clock.settle();
    for (const [name, costUsd] of [
      ['alpha', 1.5],
      ['beta', 0.25],
      ['alpha', null],
    ] as const) {
      const { id } = t.start(name, 'x');
      t.fake.product(name).costUsd = costUsd;
      await t.clock.advance(minute);
      t.fake.mailFrom(name, { subject: `Run complete: [${id}]` });
      await t.clock.advance(24 * hour);
    }
    const { spent } = t.fleet.history.spending(30);
    expect(
      spent.map(({ product, costUsd, sessions, unpriced }) => [product, costUsd, sessions, unpriced]),
    ).toEqual([
      ['alpha', null, 1, 1],
      ['beta', 0.25, 1, 0],
      ['alpha', 1.5, 1, 0],
    ]);
    expect(new Set(spent.map(({ day }) => day)).size).toBe(3);
    // what lives counts today, in one line with what ended today
    for (const name of ['alpha', 'alpha']) {
      const { id } = t.start(name, 'x');
      t.fake.product(name).costUsd = 1;
      await t.clock.advance(minute);
      if (t.fleet.commands.history({ limit: 50, skip: 0 }).length < 4)
        t.fake.mailFrom(name, { subject: `Run complete: [${id}]` });
      await t.clock.advance(minute);
    }
    expect(t.fleet.history.spending(1).spent).toMatchObject([{ product: 'alpha', sessions: 2 }]);
    expect(t.fleet.history.spending(2).spent.map(({ product }) => product)).toEqual(['alpha', 'alpha']);
  });
});

describe('how full the budget was', () => {
  it('outlives fleetd: what was measured is there after a crash, but for the minute it was in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'past-'));
    folders.push(folder);
    const file = join(folder, 'journal.db');
    const before = testFleet({ registry: products(), file });
    before.start('alpha', 'ship auth');
    await before.clock.advance(minute);
    before.fake.product('alpha').memoryBytes = 2 * gib;
    await before.clock.advance(5 * minute);
    const seen = before.fleet.history.usage(hour, 240);
    expect(seen.points.length).toBeGreaterThanOrEqual(6);
    expect(seen.points.at(-1)).toMatchObject({ memoryBytes: 2 * gib, sessions: 1 });
    before.crash();

    const after = testFleet({
      registry: products(),
      file,
      world: { clock: before.clock, fake: before.fake },
    });
    const kept = after.fleet.history.usage(hour, 240).points;
    expect(kept.length).toBeGreaterThanOrEqual(seen.points.length - 1);
    expect(kept).toEqual(seen.points.slice(0, kept.length));
    await after.clock.advance(2 * minute);
    expect(after.fleet.history.usage(hour, 240).points.at(-1)).toMatchObject({ memoryBytes: 2 * gib });
    await after.fleet.close();
  });

  it('costs a write a minute while a session lives, and none after', async () => {
    const { clock, fake, fleet, tables, start } = testFleet({ registry: products() });
    const rows = () => Number(tables.prepare('SELECT count(*) AS n FROM usage').get()?.n);
    start('alpha', 'ship auth');
    await clock.advance(30 * minute);
    expect(rows()).toBeGreaterThanOrEqual(29);
    expect(rows()).toBeLessThanOrEqual(31);
    fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
    await clock.advance(2 * minute);
    const [written, changes] = [rows(), tables.prepare('SELECT total_changes() AS n').get()?.n];
    await clock.advance(6 * hour);
    expect(rows()).toBe(written);
    expect(tables.prepare('SELECT total_changes() AS n').get()?.n).toBe(changes);
    // the hours in which nothing lived are no points
    expect(fleet.history.usage(4 * hour, 240).points).toEqual([]);
    expect(fleet.history.usage(12 * hour, 240).points.length).toBeGreaterThan(5);
  });

  it('writes once a minute however often it measures', () => {
    let now = Date.parse('2026-01-05T09:00:00Z');
    const clock = { nowMs: () => now, after: () => () => {} };
    const db = new DatabaseSync(':memory:');
    for (const sql of migrations) db.exec(sql);
    const usage = createUsage(db, clock, (error) => {
      throw error;
    });
    const writes = () => Number(db.prepare('SELECT total_changes() AS n').get()?.n);
    const before = writes();
    for (let n = 0; n < 60 * 12; n += 1) {
      usage.take({ memoryBytes: gib, cpuCores: 0.5, spentUsd: 1, sessions: 1 });
      now += minute / 12;
    }
    expect(writes() - before).toBe(59);
    usage.flush();
    expect(writes() - before).toBe(60);
  });

  it('keeps a week, and gives the highest of each stretch', () => {
    let now = Date.parse('2026-01-05T09:00:00Z');
    const clock = { nowMs: () => now, after: () => () => {} };
    const db = new DatabaseSync(':memory:');
    for (const sql of migrations) db.exec(sql);
    const usage = createUsage(db, clock, (error) => {
      throw error;
    });
    const days = 9;
    for (let n = 0; n < days * 24 * 60; n += 1) {
      usage.take({ memoryBytes: n % 600 === 0 ? 4 * gib : gib, cpuCores: 0.5, spentUsd: 1, sessions: 1 });
      now += minute;
    }
    const { n, oldest } = db.prepare('SELECT count(*) AS n, min(at_ms) AS oldest FROM usage').get() ?? {};
    expect(Number(n)).toBeLessThanOrEqual(7 * 24 * 60 + 61);
    expect(now - Number(oldest)).toBeGreaterThanOrEqual(7 * 24 * hour - 2 * minute);
    const { stepMs, found } = usage.since(now - 24 * hour, 48);
    expect(stepMs).toBe(30 * minute);
    expect(found.length).toBeLessThanOrEqual(49);
    expect(found.filter(({ memoryBytes }) => memoryBytes === 4 * gib).length).toBeGreaterThanOrEqual(2);
    expect(found.filter(({ memoryBytes }) => memoryBytes === gib).length).toBeGreaterThan(40);
  });
});

describe('the timeline', () => {
  it('is of sessions: an objective that was paused has two, and its gates are marked', async () => {
    const t = testFleet({ registry: products() });
    t.start('alpha', 'ship auth');
    await t.clock.advance(minute);
    t.fake.mailFrom('alpha', { type: 'question', subject: 'Keep the names?', body: 'As aliases.' });
    await t.clock.advance(minute);
    t.fleet.controls.pause('alpha', 'lunch', t.source);
    await t.clock.advance(10 * minute);
    t.fleet.controls.resume('alpha', t.source);
    await t.clock.advance(minute);
    const { sessions, gates } = t.fleet.history.timeline(24 * hour, null);
    expect(sessions).toMatchObject([
      { product: 'alpha', objective: 'obj-1', state: 'running', endedAt: null },
      { product: 'alpha', objective: 'obj-1', state: 'requeued' },
    ]);
    expect(Date.parse(sessions[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(sessions[1]?.endedAt ?? '') + 9 * minute,
    );
    expect(gates).toMatchObject([{ n: 1, product: 'alpha', subject: 'Keep the names?', resolvedAt: null }]);
    expect(t.fleet.history.timeline(24 * hour, 'beta')).toMatchObject({ sessions: [], gates: [] });
    // what ended before is left out, what still runs is not
    expect(t.fleet.history.timeline(minute / 2, null).sessions).toHaveLength(1);
  });
});

describe('mail by thread', () => {
  it('puts replies, what was sent and what a human answered where they belong', async () => {
    const t = testFleet({ registry: products() });
    t.fake.product('alpha').acknowledges = false;
    t.start('alpha', 'ship auth');
    await t.clock.advance(minute);
    const sent = t.fake.product('alpha').received[0];
    t.fake.mailFrom('alpha', {
      subject: 'Re: ship auth',
      body: 'On it.',
      type: 'status',
      threadId: sent?.id ?? '',
    });
    t.fake.mailFrom('alpha', { type: 'question', subject: 'Keep the names?', body: 'As aliases.' });
    await t.clock.advance(minute);
    t.fleet.gates.resolve(1, 'answered', 'Yes, for one release', t.source, 'operator');
    await t.clock.advance(10_000);
    const { answerMail } = t.journal.gates.gate(1) ?? {};
    t.fake.mailFrom('alpha', { subject: 'Re: ANSWER', body: 'Understood.', threadId: answerMail ?? '' });
    await t.clock.advance(minute);
    const threads = t.fleet.history.threads('alpha');
    expect(threads).toMatchObject([
      {
        subject: 'Keep the names?',
        gate: 1,
        objective: 'obj-1',
        mail: [
          { from: 'coordinator', ours: false, body: 'As aliases.' },
          { ours: true, type: 'answered', body: 'Yes, for one release', state: 'heard' },
          { ours: false, body: 'Understood.' },
        ],
      },
      {
        gate: null,
        mail: [
          { from: 'operator', ours: true, state: 'sent' },
          { from: 'coordinator', ours: false, body: 'On it.' },
        ],
      },
    ]);
    expect(threads[1]?.subject).toContain('[obj-1.1]');
    expect(t.fleet.history.threads('beta')).toEqual([]);
    expect(() => t.fleet.history.threads('gamma')).toThrow(/gamma/);
  });
});
