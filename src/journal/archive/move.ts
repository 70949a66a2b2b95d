// Events of objectives that were over long ago move to the file of the month in which the objective ended, some at a time.
//
// Killed before the month's file is written: nothing has happened. Killed after it, before the journal's transaction: the
// journal has all events and notes none as archived; the copies are not read, and are written over by the next run. The
// transaction deletes and notes, all or nothing.
import type { DatabaseSync } from 'node:sqlite';
import type { EventKind } from '../events.ts';
import { prepared } from '../reader.ts';
import { monthOf, writeMonth } from './month.ts';

/** Stay: they are asked for by product and time, whatever their objective. */
const kept: readonly EventKind[] = [
  'operator-mail.counted',
  'recurring.due',
  'control.changed',
  'lesson.kept',
  'proposal.made',
];

/** About 1,500 events, 1 MB: nothing else happens meanwhile. */
const atOnce = 50;

/**
 * Over before then, nothing was written about it since, and nothing about it is open. By its end: the oldest first.
 * ?1: before then, ms; ?2: kinds that stay; ?3: how many
 */
const over = `SELECT id, ended_at_ms FROM objectives AS o WHERE ended_at_ms < ?1 AND +state IN ('done','failed','cancelled')
  AND EXISTS (SELECT 1 FROM events WHERE objective = o.id AND kind NOT IN (SELECT value FROM json_each(?2)))
  AND NOT EXISTS (SELECT 1 FROM events WHERE objective = o.id AND at_ms >= ?1)
  AND NOT EXISTS (SELECT 1 FROM sessions WHERE objective = o.id AND state <> 'ended')
  AND NOT EXISTS (SELECT 1 FROM actions WHERE objective = o.id AND state IN ('intended','uncertain'))
  AND NOT EXISTS (SELECT 1 FROM gates WHERE objective = o.id AND (state = 'open' OR delivery IN ('pending','sent')))
  ORDER BY ended_at_ms, n LIMIT ?3`;

/**
 * @param folder    of the months' files
 * @param beforeMs  objectives that ended before then
 * @returns how many objectives' events were moved: 0, there are no more
 * @throws as SQLite does (no space, no permission); nothing is lost then
 */
export function moveSome(db: DatabaseSync, folder: string, beforeMs: number): number {
  const stays = JSON.stringify(kept);
  const found = prepared(db, over).all(beforeMs, stays, atOnce);
  const months = Map.groupBy(found, (r) => monthOf(r.ended_at_ms as number));
  for (const [month, rows] of months) {
    const objectives = rows.map((r) => String(r.id));
    const isThere = prepared(db, 'SELECT 1 FROM archived WHERE objective = ? AND month = ?');
    const anew = objectives.filter((id) => isThere.get(id, month) === undefined);
    writeMonth(db, folder, month, { objectives, anew, kept });
    const ids = JSON.stringify(objectives);
    const moved = `objective IN (SELECT value FROM json_each(?1)) AND kind NOT IN (SELECT value FROM json_each(?2))`;
    db.exec('BEGIN IMMEDIATE');
    try {
      prepared(
        db,
        `INSERT INTO archived (objective, month, first_seq, last_seq)
         SELECT objective, ?3, min(seq), max(seq) FROM events WHERE ${moved} GROUP BY objective
         ON CONFLICT (objective, month) DO UPDATE SET last_seq = excluded.last_seq`,
      ).run(ids, stays, month);
      prepared(db, `DELETE FROM events WHERE ${moved}`).run(ids, stays);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  return found.length;
}

/** Of the file: worth the second in which it is written anew. */
const freeShare = 0.25;

/** Gives room that was made back to the disk, where it is a large part of the file. */
export function giveRoomBack(db: DatabaseSync): void {
  const number = (name: string) => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  if (number('freelist_count') > number('page_count') * freeShare) db.exec('VACUUM');
}
