// The journal: one SQLite file, one writer. `record` is the only way in: it appends the events and applies
// them to the current-state tables in one transaction, so the log and the tables cannot disagree. What is read of
// each table is in a file beside it, or in the folder of its noun; the database itself is handed to nobody.
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../common/clock.ts';
import { FleetError, type FleetErrorShape } from '../common/errors.ts';
import { accountStore } from './accounts/store.ts';
import { actionStore } from './actions.ts';
import { apply } from './apply.ts';
import { eventRows } from './archive/store.ts';
import { artifactStore } from './artifacts/store.ts';
import { backUp, type JournalBackup } from './backup.ts';
import { blueprintStore } from './blueprint/store.ts';
import { controlStore } from './controls.ts';
import { hasRoom, journalError, openDatabase } from './database.ts';
import { eventOf, type JournalEvent, type NewEvent } from './events.ts';
import { gateStore } from './gates/store.ts';
import { issueStore } from './issues/store.ts';
import { lessonStore } from './lessons/store.ts';
import { mailStore } from './mail.ts';
import { monitorStore } from './monitor/store.ts';
import { moveStore } from './moves/store.ts';
import { objectiveStore } from './objectives.ts';
import { openObjectives } from './open-objectives.ts';
import { noticeStore } from './outbox/store.ts';
import { outcomeStore } from './outcomes/store.ts';
import { placementStore } from './placements.ts';
import { pullRequestStore } from './pull-requests/store.ts';
import { createReader, type Row } from './reader.ts';
import { recurringStore } from './recurring/store.ts';
import { sessionStore } from './sessions.ts';
import { createUsage, type Usage } from './usage.ts';

export type { ActionRow } from './actions.ts';
export type { JournalBackup } from './backup.ts';
export type { OverrideRow } from './controls.ts';
export { type ListedRow, listedCharacters, type ObjectiveRow } from './objective-row.ts';
export type { FinishedSession, SessionRow } from './sessions.ts';

export type Journal = ReturnType<typeof openJournal>;

/** Of what happened on a product, in characters: 200 events whole could be 100 MB. */
const shownCharacters = 4_000_000;

/** So many events, or until they have so many characters. */
function upTo(rows: Iterable<Row>, limit: number, characters: number): JournalEvent[] {
  const found: JournalEvent[] = [];
  let read = 0;
  if (limit > 0)
    for (const row of rows) {
      found.push(eventOf(row));
      read += String(row.data).length;
      if (read >= characters || found.length >= limit) break;
    }
  return found;
}

/**
 * @param file  path of the SQLite file, created with its folder; `:memory:` for tests
 * @param db    left out: the file, opened here. Whoever opens it elsewhere can read its tables: tests do
 * @throws FleetError JOURNAL_NEWER (written by a newer fleetd), JOURNAL_LOCKED (another fleetd has it),
 *         JOURNAL_UNUSABLE (not a database, no space, no permission)
 */
export function openJournal(file: string, clock: Clock, db: DatabaseSync = openDatabase(file)) {
  const reader = createReader(db);
  const { prepare, row } = reader;
  const events = eventRows(db, file === ':memory:' ? null : join(dirname(file), 'archive'));
  const listeners = new Set<(events: JournalEvent[]) => void>();
  let problem: FleetError | null = null;
  let writtenSince = false;

  return {
    /** Appends and applies, all or nothing. Returns the events with their numbers. */
    record(...news: NewEvent[]): JournalEvent[] {
      const insert = prepare(
        'INSERT INTO events (at_ms, kind, product, objective, text, data) VALUES (?, ?, ?, ?, ?, ?)',
      );
      const recorded: JournalEvent[] = [];
      try {
        db.exec('BEGIN IMMEDIATE');
        for (const event of news) {
          const atMs = clock.nowMs();
          const product = event.product ?? null;
          const objective = event.objective ?? null;
          const { lastInsertRowid } = insert.run(
            atMs,
            event.kind,
            product,
            objective,
            event.text,
            JSON.stringify(event.data),
          );
          const full = { ...event, product, objective, atMs, seq: Number(lastInsertRowid) } as JournalEvent;
          apply(db, full);
          recorded.push(full);
        }
        db.exec('COMMIT');
        writtenSince = true;
      } catch (thrown) {
        if (db.isTransaction) db.exec('ROLLBACK');
        const error = journalError(thrown, file);
        if (error instanceof FleetError) {
          problem = error;
          writtenSince = false;
        }
        throw error;
      }
      for (const listener of listeners) listener(recorded);
      return recorded;
    },

    /**
     * Why it cannot be written; null when it can. Reading goes on meanwhile. On a disk that is all but full a few
     * words still fit where an objective does not: that ends no alarm.
     */
    problem(): FleetErrorShape | null {
      if (problem !== null && writtenSince && hasRoom(file)) problem = null;
      return problem?.toJSON() ?? null;
    },

    /** Called after each commit, in order. Returns the way to stop. */
    onRecorded(listener: (events: JournalEvent[]) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    ...objectiveStore(reader, openObjectives(db)),
    ...sessionStore(reader),
    ...controlStore(reader, events),
    ...actionStore(reader),
    ...mailStore(reader),
    ...placementStore(reader),
    accounts: accountStore(db),
    artifacts: artifactStore(db),
    blueprints: blueprintStore(db),
    gates: gateStore(db),
    issues: issueStore(db),
    lessons: lessonStore(db),
    monitor: monitorStore(db),
    moves: moveStore(db),
    notices: noticeStore(db),
    outcomes: outcomeStore(db),
    pullRequests: pullRequestStore(db),
    recurring: recurringStore(db),

    /**
     * How full the budget was over time, for the one loop that measures it.
     * @param onError told of a write that failed: a figure is lost, nothing else
     */
    usage: (onError: (error: unknown) => void): Usage => createUsage(db, clock, onError),

    /**
     * Ascending.
     * @param characters  no further one is read when those before it have so many: one may carry 256 KiB
     */
    eventsAfter(seq: number, limit: number, characters = Number.POSITIVE_INFINITY): JournalEvent[] {
      return upTo(events.after(seq), limit, characters);
    },
    /** Those of one kind on one objective, ascending. */
    eventsOf<K extends NewEvent['kind']>(objective: string, kind: K): (JournalEvent & { kind: K })[] {
      return events.of(objective, kind).map(eventOf) as (JournalEvent & { kind: K })[];
    },
    /** What was known against the repository when the objective's last session began. */
    cautionsBefore(objective: string | null): string[] {
      const last = events.of(objective, 'session.cautioned').at(-1);
      return last === undefined
        ? []
        : (eventOf(last) as JournalEvent & { kind: 'session.cautioned' }).data.cautions;
    },
    /** of one product, newest first; fewer where they are long */
    productEvents(product: string, limit: number): JournalEvent[] {
      return upTo(events.newest(product, 'product = ?1'), limit, shownCharacters);
    },
    /** How often something that recurs was due in [fromMs, toMs). */
    recurredBetween: (fromMs: number, toMs: number): number =>
      Number(
        row(
          `SELECT count(*) AS n FROM events WHERE kind = 'recurring.due' AND at_ms >= ? AND at_ms < ?`,
          fromMs,
          toMs,
        )?.n,
      ),
    /**
     * What the scheduler held and what ended the holding, in order, of objectives that were not over at `fromMs`; one at a
     * time: there may be many.
     */
    *holds(
      fromMs: number,
      untilMs: number,
    ): Generator<JournalEvent & { kind: 'decision.wait' | 'session.starting' | 'objective.ended' }> {
      const found = events.ofThoseOpenAt(
        fromMs,
        `kind IN ('decision.wait', 'session.starting', 'objective.ended') AND at_ms < ?`,
        untilMs,
      );
      for (const event of found) yield eventOf(event) as never;
    },
    lastSeq(): number {
      // not the highest that is there: that one may be in the archive
      return Number(row(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`)?.seq ?? 0);
    },

    /** @throws FleetError JOURNAL_UNUSABLE (no space, no permission) */
    backup: (): Promise<JournalBackup> => backUp(db, file, clock.nowMs(), events.copyBack),

    /**
     * Moves events of some objectives that ended before then into the archive.
     * @returns whether there may be more
     * @throws FleetError JOURNAL_UNUSABLE (no space, no permission): nothing is lost
     */
    archiveSome(beforeMs: number): boolean {
      try {
        return events.moveSome(beforeMs);
      } catch (thrown) {
        throw journalError(thrown, file);
      }
    },

    isOpen: (): boolean => db.isOpen,
    close(): void {
      if (db.isOpen) db.close();
    },
  };
}
