// The events of one month's objectives in a file of their own. It is opened for each use: what is that old is asked for
// rarely, and a kept connection holds memory.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FleetError } from '../../common/errors.ts';
import type { Row } from '../reader.ts';

/** As in the journal. */
const columns = 'seq, at_ms, kind, product, objective, text, data';

/** `2026-08`, in UTC. */
export const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7);

const fileOf = (folder: string, month: string): string => join(folder, `${month}.db`);

/**
 * Puts the events of these objectives into the month's file, to stay: it is on the disk when this returns. What the file has
 * of those that are `anew` is of a run that was cut off (or of a journal that was taken back), and is written over.
 * @param db  has the events, and no transaction
 */
export function writeMonth(
  db: DatabaseSync,
  folder: string,
  month: string,
  { objectives, anew, kept }: { objectives: string[]; anew: string[]; kept: readonly string[] },
): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    syncFolder(dirname(folder));
  }
  db.prepare('ATTACH ? AS month').run(fileOf(folder, month));
  try {
    // EXTRA: after a power cut no log of this write can come back and undo it.
    db.exec(
      'PRAGMA month.locking_mode = NORMAL; PRAGMA month.journal_mode = DELETE; PRAGMA month.synchronous = EXTRA;',
    );
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS month.events (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL,
        product TEXT, objective TEXT, text TEXT NOT NULL, data TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS month.events_product ON events (product, seq);
      CREATE INDEX IF NOT EXISTS month.events_objective ON events (objective, seq);`);
    db.prepare('DELETE FROM month.events WHERE objective IN (SELECT value FROM json_each(?))').run(
      JSON.stringify(anew),
    );
    db.prepare(
      `INSERT OR REPLACE INTO month.events (${columns}) SELECT ${columns} FROM main.events
       WHERE objective IN (SELECT value FROM json_each(?)) AND kind NOT IN (SELECT value FROM json_each(?))`,
    ).run(JSON.stringify(objectives), JSON.stringify(kept));
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  } finally {
    db.exec('DETACH month');
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** @throws FleetError JOURNAL_UNUSABLE (somebody took it away) */
function existing(folder: string, month: string): string {
  const file = fileOf(folder, month);
  if (existsSync(file)) return file;
  throw new FleetError({
    code: 'JOURNAL_UNUSABLE',
    message: `Expected ${file}, which has the journal's events of objectives that ended in ${month}, got no such file.`,
    mend: 'Put the folder `archive` back beside journal.db, or restore a backup: each has all events.',
  });
}

/** Rows of a month, one at a time; the file is closed when no more are asked for. */
export function* readMonth(
  folder: string,
  month: string,
  sql: string,
  values: (string | number | null)[],
): Generator<Row> {
  const file = existing(folder, month);
  // Not read-only: a write that a kill cut off is taken back when the file is opened, which is a write.
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA query_only = ON');
    yield* db.prepare(sql).iterate(...values);
  } finally {
    db.close();
  }
}

/** Takes the month's events, as far as `archived` notes them, into this copy of a journal. */
export function copyBack(copy: DatabaseSync, folder: string, month: string): void {
  copy.prepare('ATTACH ? AS month').run(existing(folder, month));
  try {
    copy.exec('BEGIN IMMEDIATE');
    copy
      .prepare(
        `INSERT INTO main.events (${columns}) SELECT ${columns} FROM month.events AS e WHERE EXISTS (SELECT 1 FROM main.archived
           WHERE archived.objective = e.objective AND month = ? AND e.seq BETWEEN first_seq AND last_seq)`,
      )
      .run(month);
    copy.prepare('DELETE FROM main.archived WHERE month = ?').run(month);
    copy.exec('COMMIT');
  } finally {
    if (copy.isTransaction) copy.exec('ROLLBACK');
    copy.exec('DETACH month');
  }
}
