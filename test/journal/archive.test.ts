// Events of long ago in files of their own: the same script is run by a fleet that archives after three days and by one that
// never does, and nobody can tell them apart.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { openJournal } from '../../src/fleet/index.ts';
import { apply } from '../../src/journal/apply.ts';
import { openDatabase } from '../../src/journal/database.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { migrations, stateTables } from '../../src/journal/migrations.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const dayMs = 86_400_000;
const names = ['alpha', 'beta'];

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fleet-archive-'));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

type Fleet = ReturnType<typeof testFleet>;

interface Step {
  does: 'done' | 'question' | 'stop' | 'retry' | 'pause';
  at: number;
  days: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('done', 'question', 'stop', 'retry', 'pause'),
  at: fc.integer({ min: 0, max: names.length - 1 }),
  days: fc.integer({ min: 0, max: 5 }),
});

const fleetOf = (file: string, archiveAfterMs: number): Fleet =>
  testFleet({
    registry: registry(names.map((name) => product(name))),
    file,
    tuning: { archiveAfterMs, sweepLiveMs: dayMs / 4 },
  });

async function take(t: Fleet, { does, at, days }: Step): Promise<void> {
  const name = names[at] ?? '';
  const failed = t.fleet.commands.objectives(100, null).filter(({ state }) => state === 'cancelled');
  if (does === 'pause') t.fleet.controls.pause(name, 'for now', t.source);
  if (does === 'pause') t.fleet.controls.resume(name, t.source);
  const old = does === 'retry' ? failed.findLast((one) => one.product === name) : undefined;
  if (old !== undefined) t.fleet.controls.requeue(old.id, t.source);
  const id = old?.id ?? t.start(name, `fix ${does}`).id;
  await t.clock.advance(60_000);
  if (does === 'question') {
    t.fake.mailFrom(name, { type: 'question', subject: `[${id}] Which?`, body: 'red or blue' });
    await t.clock.advance(60_000);
    const [gate] = t.journal.gates.openGates(name);
    t.fleet.gates.resolve(gate?.n ?? 0, 'answered', 'blue', t.source, 'operator');
    await t.clock.advance(60_000);
  }
  if (does === 'stop') t.fleet.commands.stop(name, 'not so', t.source);
  else t.fake.mailFrom(name, { subject: `Run complete: [${id}]`, body: `${id} has shipped` });
  await t.clock.advance(60_000);
  await t.clock.advance(days * dayMs);
}

const all = (journal: Fleet['journal'], after = 0): JournalEvent[] =>
  journal.eventsAfter(after, Number.MAX_SAFE_INTEGER);
const tablesOf = (db: DatabaseSync) =>
  stateTables.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]);
const archived = (t: Fleet): number =>
  Number(t.tables.prepare('SELECT count(*) AS n FROM archived').get()?.n);

/** What people and the model are shown, of now and of then. */
function shown({ fleet, journal, clock }: Fleet) {
  const ids = fleet.commands.objectives(1_000, null).map(({ id }) => id);
  const since = new Date(clock.nowMs() - 300 * dayMs).toISOString().slice(0, 10);
  return {
    history: fleet.commands.history({ limit: 1_000, skip: 0 }),
    searched: fleet.commands.history({ limit: 3, skip: 1, text: 'shipped', product: 'alpha' }),
    objectives: ids.map((id) => fleet.commands.objective(id)),
    whys: [...ids, ...names].map((target) => journal.decisions(target, 5)),
    events: names.map((name) => fleet.history.events(name, 30)),
    page: journal.eventsAfter(7, 13),
    spending: fleet.history.spending(300),
    report: fleet.report(since),
    estimates: names.map((name) => fleet.foresight.estimate(name, 'fix it', null)),
    told: ids.map((id) => journal.eventsOf(id, 'session.starting')),
  };
}

it('is told apart by nothing: reads, tables, budgets and what was learned; replayed from the start or from a copy', async () => {
  let moved = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), fc.nat(), async (steps, when) => {
      const place = folder();
      const [some, none] = [
        fleetOf(join(place, 'some.db'), 3 * dayMs),
        fleetOf(join(folder(), 'none.db'), Number.MAX_SAFE_INTEGER),
      ];
      const snapshot = join(place, 'snapshot.db');
      let seq = 0;
      for (const [n, one] of steps.entries()) {
        await take(some, one);
        await take(none, one);
        if (n !== when % steps.length) continue;
        some.tables.exec(`VACUUM INTO '${snapshot}'`);
        seq = some.journal.lastSeq();
      }
      moved += archived(some);
      expect(archived(none)).toBe(0);
      expect(shown(some)).toEqual(shown(none));
      expect(all(some.journal)).toEqual(all(none.journal));
      expect(tablesOf(some.tables)).toEqual(tablesOf(none.tables));

      const again = new DatabaseSync(':memory:');
      for (const sql of migrations) again.exec(sql);
      for (const event of all(some.journal)) apply(again, event);
      expect(tablesOf(again)).toEqual(tablesOf(some.tables));
      const later = new DatabaseSync(snapshot);
      for (const event of all(some.journal, seq)) apply(later, event);
      expect(tablesOf(later)).toEqual(tablesOf(some.tables));

      // A backup needs nothing beside it.
      const { file } = await some.fleet.backup();
      const restored = join(folder(), 'journal.db');
      copyFileSync(file, restored);
      const tables = openDatabase(restored);
      const back = openJournal(restored, some.clock, tables);
      expect(all(back)).toEqual(all(some.journal));
      expect(tablesOf(tables)).toEqual(tablesOf(some.tables));
      expect(existsSync(join(restored, '..', 'archive'))).toBe(false);
      for (const db of [back, again, later]) db.close();
      some.crash();
      none.crash();
    }),
    { numRuns: 12 },
  );
  console.log(`objectives archived over all runs: ${moved}`);
  expect(moved).toBeGreaterThan(12);
}, 240_000);

it('keeps in the journal what is open or young, and names the months by the end of the objective', async () => {
  const place = folder();
  const t = fleetOf(join(place, 'journal.db'), 30 * dayMs);
  await take(t, { does: 'done', at: 0, days: 0 });
  await take(t, { does: 'stop', at: 1, days: 25 });
  const { id } = t.start('alpha', 'goes on');
  await t.clock.advance(6 * dayMs);
  // It is looked for when one ends.
  await take(t, { does: 'done', at: 1, days: 0 });
  expect(readdirSync(join(place, 'archive'))).toEqual(['2026-01.db']);
  const left = (objective: string) =>
    t.tables.prepare('SELECT kind FROM events WHERE objective = ?').all(objective);
  expect(left('obj-1').map(({ kind }) => kind)).toEqual(['operator-mail.counted']);
  expect(left(id).length).toBeGreaterThan(3);

  // One that is taken up again is in both, and then in two months.
  t.fleet.controls.requeue('obj-2', t.source);
  await t.clock.advance(60_000);
  const starts = () => t.journal.eventsOf('obj-2', 'session.starting').length;
  expect(starts()).toBe(2);
  t.fake.mailFrom('beta', { subject: 'Run complete: [obj-2]' });
  await t.clock.advance(33 * dayMs);
  await take(t, { does: 'done', at: 1, days: 0 });
  expect(left('obj-2').map(({ kind }) => kind)).toEqual(['operator-mail.counted']);
  expect(readdirSync(join(place, 'archive')).sort()).toEqual(['2026-01.db', '2026-02.db']);
  expect(starts()).toBe(2);

  rmSync(join(place, 'archive', '2026-01.db'));
  expect(() => t.journal.eventsOf('obj-1', 'session.starting')).toThrow(
    expect.objectContaining({ code: 'JOURNAL_UNUSABLE', mend: expect.stringContaining('archive') }),
  );
  expect(t.fleet.commands.history({ limit: 9, skip: 0 })).toHaveLength(4);
  t.crash();
});
