// Journals as fleetds of earlier commits wrote them (scripts/record-journal.ts): opened by this one, nothing is lost.
// 69ccb88 is the first whose `npm start` ran, a718b7e one of ten migrations later.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/fleet/index.ts';
import { apply } from '../../src/journal/apply.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { migrations, stateTables } from '../../src/journal/migrations.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

const commits = ['69ccb88', 'a718b7e'] as const;
const recorded = (commit: string) =>
  fileURLToPath(new URL(`../fixtures/journals/${commit}.db`, import.meta.url));

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

function copyOf(commit: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-older-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'journal.db');
  copyFileSync(recorded(commit), file);
  return file;
}

type Row = Record<string, unknown>;
const rowsOf = (db: DatabaseSync, table: string): Row[] =>
  db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all();

/** Each table with its rows, as they are. */
function contents(file: string): Map<string, Row[]> {
  const db = new DatabaseSync(file);
  const names = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
  const found = new Map(names.map(({ name }) => [String(name), rowsOf(db, String(name))]));
  db.close();
  return found;
}

const products = ['shop', 'plans', 'quest', 'broken', 'slow', 'held'];

/** A fleet that goes on with the journal a minute after its last event; `alive`: the sessions outlived the change. */
async function goOn(commit: string, alive: boolean) {
  const file = copyOf(commit);
  const before = contents(file);
  const last = before.get('events')?.at(-1)?.at_ms as number;
  const clock = manualClock(last + 60_000);
  const fake = fakeRuntime(clock, products);
  for (const row of before.get('sessions') ?? [])
    if (alive && row.state === 'running')
      Object.assign(fake.product(String(row.product)), {
        coordinator: 'alive',
        processes: 1,
        runId: row.run_id,
        sessionId: row.overstory_session,
        // What was sent is there, also that of which it was not yet written down.
        received: (before.get('actions') ?? [])
          .filter(({ kind, session }) => kind === 'coordinator.send' && session === row.id)
          .map(({ id, args }) => ({ id, ...JSON.parse(String(args)), read: true })),
      });
  const t = testFleet({
    registry: registry(
      products.map((name) => product(name, { planApproval: name === 'plans' ? 'required' : 'none' })),
      { maxConcurrentSessions: 4 },
    ),
    file,
    world: { clock, fake },
  });
  undo.push(() => t.crash());
  await clock.settle();
  await clock.advance(60_000);
  return { ...t, before };
}

describe.each(commits)('a journal of %s', (commit) => {
  it('keeps every row, and gets this version', () => {
    const file = copyOf(commit);
    const before = contents(file);
    openJournal(file, manualClock()).close();
    const after = contents(file);
    expect(before.get('events')?.length).toBeGreaterThan(100);
    for (const [table, rows] of before) {
      const now = after.get(table) ?? [];
      expect(now.length, table).toBe(rows.length);
      for (const [at, row] of rows.entries()) {
        // A migration may know that 0 was written for what was not known.
        const { spent_usd, ...same } = row;
        expect(now[at], table).toMatchObject(same);
        expect([spent_usd, null]).toContain(now[at]?.spent_usd);
      }
    }
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  });

  it('is what its events say when this version applies them again; what it did not keep then is unknown', () => {
    const file = copyOf(commit);
    const before = contents(file);
    const tables = openDatabase(file);
    const journal = openJournal(file, manualClock(), tables);
    const again = new DatabaseSync(':memory:');
    undo.push(
      () => journal.close(),
      () => again.close(),
    );
    for (const sql of migrations) again.exec(sql);
    for (const event of journal.eventsAfter(0, 100_000)) apply(again, event);
    for (const table of stateTables) {
      const then = before.get(table);
      const kept = (rows: Row[]) =>
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => column in (then?.[0] ?? {}))),
        );
      if (then) expect(kept(rowsOf(again, table)), table).toEqual(kept(rowsOf(tables, table)));
    }
  });

  it('means what it meant', async () => {
    const t = await goOn(commit, true);
    const { gates, controls, recurring } = t.fleet;
    const objective = (id: string) => t.journal.objective(id);
    expect(objective('obj-1')).toMatchObject({
      state: 'done',
      text: 'Add a greeting page',
      acceptance: 'it says hello',
      result: expect.stringContaining('Objective obj-1 is done'),
    });
    expect(objective('obj-2')).toMatchObject({ state: 'done', product: 'plans' });
    expect(objective('obj-4')).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('OV_ROOT_REFUSED'),
    });
    expect(objective('obj-5')).toMatchObject({ state: 'cancelled', why: 'Cancelled by root.' });
    expect(objective('obj-6')).toMatchObject({ state: 'done', needs: ['obj-1'] });
    const { lines } = t.fleet.report('7d');
    expect(lines).toContainEqual(expect.stringMatching(/^- obj-3 on quest: .* for you, gate 2$/));
    // 69ccb88 kept no outcomes yet: what ran then is in its history.
    if (commit !== '69ccb88') expect(lines[0]).toContain('4 done, 1 failed, 1 cancelled, $1.00');

    // The plan stays approved; the question is still asked, and its answer reaches who asks.
    expect(gates.get(1)).toMatchObject({ state: 'approved', product: 'plans' });
    expect(gates.list(null, false)).toMatchObject([{ n: 2, product: 'quest', subject: '[obj-3] A or B?' }]);
    gates.resolve(2, 'answered', 'take B', t.source, 'operator');
    await t.clock.advance(60_000);
    expect(
      t.fake
        .product('quest')
        .received.map(({ body }) => body)
        .join(),
    ).toContain('take B');
    expect(gates.get(2)).toMatchObject({ state: 'answered' });

    // Sessions that were alive go on; nothing is started or sent a second time.
    const left = commit === '69ccb88' ? 'obj-8' : 'obj-9';
    expect(objective('obj-3')).toMatchObject({ state: 'running' });
    expect(objective(left)).toMatchObject({ state: 'running', attempts: 1 });
    expect(products.map((name) => t.fake.product(name).starts)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(t.fake.product('slow').received.map(({ id }) => id)).toEqual([`${left}.1`]);
    t.fake.mailFrom('slow', { subject: `Run complete: [${left}]` });
    await t.clock.advance(60_000);
    expect(objective(left)).toMatchObject({ state: 'done' });

    // What was changed in chat still holds, and can be taken back.
    expect(t.fake.product('slow').received).toHaveLength(1);
    expect(t.journal.overrides().map(({ scope, key }) => `${scope} ${key}`)).toEqual([
      'held paused',
      'quest priority',
      'slow memory',
    ]);
    expect(objective('obj-7')).toMatchObject({ state: 'queued' });
    controls.resume('held', t.source);
    await t.clock.advance(60_000);
    expect(objective('obj-7')).toMatchObject({ state: 'running' });

    if (commit === '69ccb88') expect(recurring.list()).toEqual([]);
    else
      expect(recurring.list()).toMatchObject([
        {
          name: 'minutely',
          runs: 1,
          lastObjective: 'obj-8',
          timeZone: 'Europe/Berlin',
          paused: expect.any(String),
        },
        { name: 'posts', runs: 0, missed: 'skip', paused: expect.any(String) },
      ]);
    // Numbers go on where they were.
    expect(t.start('shop', 'The next').id).toBe(commit === '69ccb88' ? 'obj-9' : 'obj-10');
  });

  it('whose sessions did not outlive the change says so, and does nothing twice', async () => {
    const t = await goOn(commit, false);
    await t.clock.advance(15 * 60_000);
    const left = commit === '69ccb88' ? 'obj-8' : 'obj-9';
    for (const id of ['obj-3', left])
      expect(t.journal.objective(id)).toMatchObject({ state: 'failed', why: expect.any(String) });
    expect(products.map((name) => t.fake.product(name).starts)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(t.journal.objective('obj-1')).toMatchObject({ state: 'done' });
  });
});
