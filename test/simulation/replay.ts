// The journal against itself: its tables must be what its events say.
import { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../../src/journal/journal.ts';
import { Violation } from './invariants.ts';
import type { Program } from './simulate.ts';

/**
 * Keeps a database that events alone have made, over all lives of a journal: what was committed stays.
 * `check` throws a Violation when a table differs from it.
 */
export function createReplay(program: Pick<Program, 'migrations' | 'apply' | 'stateTables'>) {
  const db = new DatabaseSync(':memory:');
  for (const sql of program.migrations) db.exec(sql);
  let seq = 0;
  return {
    check(journal: Pick<Journal, 'eventsAfter' | 'lastSeq'>, tables: DatabaseSync): void {
      try {
        if (seq > 0 && journal.lastSeq() === seq) return;
        for (let page = journal.eventsAfter(seq, 500); page.length > 0; page = journal.eventsAfter(seq, 500))
          for (const event of page) {
            program.apply(db, event);
            seq = event.seq;
          }
        for (const table of program.stateTables) {
          const all = `SELECT * FROM ${table} ORDER BY 1, 2`;
          const [now, again] = [tables.prepare(all).all(), db.prepare(all).all()].map((rows) =>
            JSON.stringify(rows),
          );
          if (now !== again) throw new Violation('replay', `${table} is ${now}, its events give ${again}`);
        }
      } catch (error) {
        throw error instanceof Violation ? error : new Violation('replay', String(error));
      }
    },
    close: (): void => db.close(),
  };
}
