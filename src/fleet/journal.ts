// The journal: one SQLite file, one writer. `record` is the only way in: it appends the events and applies
// them to the current-state tables in one transaction, so the log and the tables cannot disagree.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { ObjectiveView, Source } from '../api/contract.ts';
import type { Clock } from '../clock.ts';
import { FleetError, type FleetErrorShape } from '../errors.ts';
import type { Mail } from '../runtime/protocol.ts';
import { apply } from './apply.ts';
import type { ActionKind, ActionState, JournalEvent, NewEvent, SessionOutcome } from './events.ts';
import { migrations } from './schema.ts';

export interface ObjectiveRow {
  id: string;
  n: number;
  product: string;
  text: string;
  acceptance: string | null;
  needs: string[];
  source: Source;
  state: ObjectiveView['state'];
  why: string | null;
  result: string | null;
  /** starts tried so far */
  attempts: number;
  /** messages sent to the coordinator so far: the m of `[obj-n.m]` */
  messages: number;
  notBeforeMs: number | null;
  createdAtMs: number;
  /** since when it has its place in the queue */
  queuedAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

export interface SessionRow {
  id: number;
  product: string;
  objective: string;
  state: 'starting' | 'running' | 'stopping' | 'ended';
  overstorySession: string | null;
  tmuxSession: string | null;
  runId: string | null;
  stopReason: string | null;
  outcome: SessionOutcome | null;
  startingAtMs: number;
  runningAtMs: number | null;
  endedAtMs: number | null;
  peakMemoryBytes: number | null;
  peakCpuCores: number | null;
  costUsd: number | null;
}

/** A live change on top of products.yaml. */
export interface OverrideRow {
  scope: string;
  key: string;
  value: unknown;
  sinceMs: number;
}

export interface ActionRow {
  id: string;
  kind: ActionKind;
  product: string;
  objective: string | null;
  session: number | null;
  args: Record<string, unknown>;
  state: ActionState;
  intendedAtMs: number;
}

type Row = Record<string, unknown>;
const parse = (text: unknown): never => JSON.parse(String(text)) as never;

const objectiveOf = (r: Row): ObjectiveRow => ({
  id: r.id as string,
  n: r.n as number,
  product: r.product as string,
  text: r.text as string,
  acceptance: r.acceptance as string | null,
  needs: parse(r.needs),
  source: parse(r.source),
  state: r.state as ObjectiveRow['state'],
  why: r.why as string | null,
  result: r.result as string | null,
  attempts: r.attempts as number,
  messages: r.messages as number,
  notBeforeMs: r.not_before_ms as number | null,
  createdAtMs: r.created_at_ms as number,
  queuedAtMs: r.queued_at_ms as number,
  startedAtMs: r.started_at_ms as number | null,
  endedAtMs: r.ended_at_ms as number | null,
});

const sessionOf = (r: Row): SessionRow => ({
  id: r.id as number,
  product: r.product as string,
  objective: r.objective as string,
  state: r.state as SessionRow['state'],
  overstorySession: r.overstory_session as string | null,
  tmuxSession: r.tmux_session as string | null,
  runId: r.run_id as string | null,
  stopReason: r.stop_reason as string | null,
  outcome: r.outcome as SessionRow['outcome'],
  startingAtMs: r.starting_at_ms as number,
  runningAtMs: r.running_at_ms as number | null,
  endedAtMs: r.ended_at_ms as number | null,
  peakMemoryBytes: r.peak_memory_bytes as number | null,
  peakCpuCores: r.peak_cpu_cores as number | null,
  costUsd: r.cost_usd as number | null,
});

const actionOf = (r: Row): ActionRow => ({
  id: r.id as string,
  kind: r.kind as ActionKind,
  product: r.product as string,
  objective: r.objective as string | null,
  session: r.session as number | null,
  args: parse(r.args),
  state: r.state as ActionState,
  intendedAtMs: r.intended_at_ms as number,
});

const eventOf = (r: Row): JournalEvent =>
  ({
    seq: r.seq,
    atMs: r.at_ms,
    kind: r.kind,
    product: r.product,
    objective: r.objective,
    text: r.text,
    data: parse(r.data),
  }) as JournalEvent;

export interface JournalBackup {
  /** in fleetd's own file system */
  file: string;
  bytes: number;
  /** the last event that it holds */
  lastSeq: number;
}

export type Journal = ReturnType<typeof openJournal>;

/**
 * @param file  path of the SQLite file, created with its folder; `:memory:` for tests
 * @throws FleetError JOURNAL_NEWER (written by a newer fleetd), JOURNAL_LOCKED (another fleetd has it),
 *         JOURNAL_UNUSABLE (not a database, no space, no permission)
 */
export function openJournal(file: string, clock: Clock) {
  const db = openDatabase(file);
  const listeners = new Set<(events: JournalEvent[]) => void>();
  let problem: FleetError | null = null;
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const rows = (sql: string, ...values: (string | number | null)[]): Row[] => prepare(sql).all(...values);
  const row = (sql: string, ...values: (string | number | null)[]): Row | undefined =>
    prepare(sql).get(...values);

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
        problem = null;
      } catch (thrown) {
        if (db.isTransaction) db.exec('ROLLBACK');
        const error = journalError(thrown, file);
        if (error instanceof FleetError) problem = error;
        throw error;
      }
      for (const listener of listeners) listener(recorded);
      return recorded;
    },

    /** Why the last write failed; null when it did not. Reading goes on meanwhile. */
    problem: (): FleetErrorShape | null => problem?.toJSON() ?? null,

    /** Called after each commit, in order. Returns the way to stop. */
    onRecorded(listener: (events: JournalEvent[]) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    objective(id: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE id = ?', id);
      return found ? objectiveOf(found) : null;
    },
    objectiveByKey(key: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE idempotency_key = ?', key);
      return found ? objectiveOf(found) : null;
    },
    /** queued, starting and running, in order of arrival */
    openObjectives(): ObjectiveRow[] {
      return rows(`SELECT * FROM objectives WHERE state IN ('queued','starting','running') ORDER BY n`).map(
        objectiveOf,
      );
    },
    /** The scheduler's rule that held each queued objective when last asked; null: none yet. */
    waitRules(): Map<string, string | null> {
      return new Map(
        rows(`SELECT id, wait_rule FROM objectives WHERE state = 'queued'`).map((r) => [
          r.id as string,
          r.wait_rule as string | null,
        ]),
      );
    },
    /** Those that are over and that a queued one still names in its `needs`. */
    endedNeeds(): ObjectiveRow[] {
      return rows(
        `SELECT * FROM objectives WHERE state IN ('done','failed','cancelled') AND id IN (
           SELECT need.value FROM objectives AS waiting, json_each(waiting.needs) AS need
           WHERE waiting.state = 'queued')`,
      ).map(objectiveOf);
    },
    /** Newest first, of one state or of all. */
    objectives(limit: number, state: string | null = null): ObjectiveRow[] {
      return (
        state === null
          ? rows('SELECT * FROM objectives ORDER BY n DESC LIMIT ?', limit)
          : rows('SELECT * FROM objectives WHERE state = ? ORDER BY n DESC LIMIT ?', state, limit)
      ).map(objectiveOf);
    },
    /** Those that are over, of one product or of all: the one that ended last comes first. */
    endedObjectives(limit: number, product: string | null): ObjectiveRow[] {
      return rows(
        `SELECT * FROM objectives WHERE state IN ('done','failed','cancelled') AND product = coalesce(?, product)
         ORDER BY ended_at_ms DESC, n DESC LIMIT ?`,
        product,
        limit,
      ).map(objectiveOf);
    },
    /** How many objectives are in each state. */
    objectiveCounts(): Map<string, number> {
      return new Map(
        rows('SELECT state, count(*) AS n FROM objectives GROUP BY state').map((r) => [
          r.state as string,
          r.n as number,
        ]),
      );
    },
    nextObjectiveNumber(): number {
      return ((row('SELECT max(n) AS n FROM objectives')?.n as number | null) ?? 0) + 1;
    },

    liveSessions(): SessionRow[] {
      return rows(`SELECT * FROM sessions WHERE state <> 'ended' ORDER BY id`).map(sessionOf);
    },
    liveSession(product: string): SessionRow | null {
      const found = row(`SELECT * FROM sessions WHERE product = ? AND state <> 'ended'`, product);
      return found ? sessionOf(found) : null;
    },
    /** The last session of an objective that ran and is over: where a resume starts from. */
    lastEnded(objective: string): { startingAtMs: number; why: string; leftovers: string[] } | null {
      const found = row(
        `SELECT * FROM sessions WHERE objective = ? AND state = 'ended' AND running_at_ms IS NOT NULL
         ORDER BY id DESC LIMIT 1`,
        objective,
      );
      if (!found) return null;
      const { starting_at_ms: startingAtMs, why, leftovers } = found;
      return {
        startingAtMs: startingAtMs as number,
        why: (why as string | null) ?? '',
        leftovers: parse(leftovers),
      };
    },
    nextSessionNumber(): number {
      return ((row('SELECT max(id) AS n FROM sessions')?.n as number | null) ?? 0) + 1;
    },
    lastStartMs(): number | null {
      return (row('SELECT max(starting_at_ms) AS at FROM sessions')?.at as number | null) ?? null;
    },
    /** Σ ms that each product's ended sessions have run. */
    servedMs(): Map<string, number> {
      return new Map(
        rows(
          `SELECT product, sum(ended_at_ms - starting_at_ms) AS ms FROM sessions WHERE state = 'ended' GROUP BY product`,
        ).map((r) => [r.product as string, r.ms as number]),
      );
    },

    /** The latest sessions that ran and ended, newest first: what predictions are learned from. */
    finishedSessions(limit: number): SessionRow[] {
      return rows(
        `SELECT * FROM sessions WHERE state = 'ended' AND running_at_ms IS NOT NULL ORDER BY id DESC LIMIT ?`,
        limit,
      ).map(sessionOf);
    },
    /** Σ known cost of each product's sessions that ended since then; a product without a known one is left out. */
    spentUsd(sinceMs: number): Map<string, number> {
      return new Map(
        rows(
          `SELECT product, sum(cost_usd) AS usd FROM sessions
           WHERE ended_at_ms >= ? AND cost_usd IS NOT NULL GROUP BY product`,
          sinceMs,
        ).map((r) => [r.product as string, r.usd as number]),
      );
    },
    breakers(): Map<string, { failures: number; lastFailureMs: number }> {
      return new Map(
        rows('SELECT * FROM breakers').map((r) => [
          r.product as string,
          { failures: r.failures as number, lastFailureMs: r.last_failure_ms as number },
        ]),
      );
    },
    /** Since when each broken budget has been broken, by rule. */
    reliefs(): Map<string, number> {
      return new Map(rows('SELECT * FROM reliefs').map((r) => [r.rule as string, r.since_ms as number]));
    },
    overrides(): OverrideRow[] {
      return rows('SELECT * FROM overrides ORDER BY scope, key').map((r) => ({
        scope: r.scope as string,
        key: r.key as string,
        value: parse(r.value) as unknown,
        sinceMs: r.since_ms as number,
      }));
    },
    /** Its value; null: there is none. */
    override(scope: string, key: string): unknown {
      const found = row('SELECT value FROM overrides WHERE scope = ? AND key = ?', scope, key);
      return found ? (parse(found.value) as unknown) : null;
    },
    /** What `undo` takes back: the newest human control that no undo has taken back yet. */
    lastControl(): (JournalEvent & { kind: 'control.changed' }) | null {
      const found = row(
        `SELECT * FROM events AS e WHERE kind = 'control.changed' AND json_extract(data, '$.verb') <> 'undo'
           AND json_extract(data, '$.source') IS NOT NULL AND json_array_length(data, '$.changes') > 0
           AND NOT EXISTS (SELECT 1 FROM events AS u
             WHERE u.kind = 'control.changed' AND json_extract(u.data, '$.undoes') = e.seq)
         ORDER BY seq DESC LIMIT 1`,
      );
      return found ? (eventOf(found) as JournalEvent & { kind: 'control.changed' }) : null;
    },

    action(id: string): ActionRow | null {
      const found = row('SELECT * FROM actions WHERE id = ?', id);
      return found ? actionOf(found) : null;
    },
    /** intended or uncertain: what a restart must settle */
    openActions(): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE state IN ('intended','uncertain') ORDER BY intended_at_ms, id`,
      ).map(actionOf);
    },

    /** Whether this session has been handed its objective (or the handing over is in doubt). */
    hasDispatched(session: number): boolean {
      return (
        row(
          `SELECT 1 FROM actions WHERE session = ? AND kind = 'coordinator.send' AND state <> 'failed'`,
          session,
        ) !== undefined
      );
    },

    hasMail(product: string, id: string): boolean {
      return row('SELECT 1 FROM mail WHERE product = ? AND id = ?', product, id) !== undefined;
    },
    /** mail to the operator, newest first */
    mail(product: string, limit: number): Mail[] {
      return rows(
        'SELECT mail FROM mail WHERE product = ? ORDER BY received_at_ms DESC, id LIMIT ?',
        product,
        limit,
      ).map((r) => parse(r.mail) as Mail);
    },

    trouble(product: string): FleetErrorShape | null {
      const found = row('SELECT error FROM troubles WHERE product = ?', product);
      return found ? parse(found.error) : null;
    },

    /** ascending */
    eventsAfter(seq: number, limit: number): JournalEvent[] {
      return rows('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(eventOf);
    },
    lastSeq(): number {
      return (row('SELECT max(seq) AS seq FROM events')?.seq as number | null) ?? 0;
    },

    /**
     * Copies the journal, while it is in use, to `backups/` beside it. Restoring is putting the copy in the
     * journal's place while no fleetd runs.
     * @throws FleetError JOURNAL_UNUSABLE (no space, no permission)
     */
    async backup(): Promise<JournalBackup> {
      const folder = join(dirname(file), 'backups');
      const name = `journal-${new Date(clock.nowMs()).toISOString().replaceAll(/[-:]/g, '').replace('.', '-')}.db`;
      const [part, whole] = [join(folder, `${name}.part`), join(folder, name)];
      try {
        mkdirSync(folder, { recursive: true });
        await backup(db, part);
        const copy = new DatabaseSync(part);
        // One file, complete in itself: nothing of it is left in a log beside it.
        copy.exec('PRAGMA journal_mode = DELETE');
        const lastSeq = Number(copy.prepare('SELECT max(seq) AS seq FROM events').get()?.seq ?? 0);
        copy.close();
        renameSync(part, whole);
        return { file: whole, bytes: statSync(whole).size, lastSeq };
      } catch (error) {
        const said = journalError(error, whole);
        if (existsSync(part)) rmSync(part);
        throw said;
      }
    },

    /** For tests: the open database, read only by convention. */
    database: db,
    close(): void {
      if (db.isOpen) db.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    // FULL: an accepted objective survives a power cut. EXCLUSIVE: a second fleetd on this file is refused.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;',
    );
    migrate(db, file);
    return db;
  } catch (error) {
    throw journalError(error, file);
  }
}

function migrate(db: DatabaseSync, file: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length) {
    throw new FleetError({
      code: 'JOURNAL_NEWER',
      class: 'refused',
      message: `Expected ${file} to be of version ${migrations.length} or older, got version ${version}: a newer fleetd wrote it.`,
      mend: 'Run the newer fleetd again, or restore a backup made before the upgrade.',
    });
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  // Takes the exclusive lock now: SQLite takes it at the first write otherwise.
  db.exec('BEGIN IMMEDIATE; COMMIT;');
}

function journalError(error: unknown, file: string): Error {
  if (error instanceof FleetError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/database is locked|busy/i.test(text)) {
    return new FleetError({
      code: 'JOURNAL_LOCKED',
      class: 'refused',
      message: `Expected to be the only fleetd on ${file}, got: ${text}.`,
      mend: 'Stop the other fleetd (or choose another state folder), then start this one again.',
      cause: error,
    });
  }
  if (
    /not a database|malformed|unable to open|readonly|disk is full|disk I\/O|permission|ENOSPC|EACCES|EROFS|ENOTDIR|EEXIST/i.test(
      text,
    )
  ) {
    return new FleetError({
      code: 'JOURNAL_UNUSABLE',
      class: 'unavailable',
      message: `Cannot use the journal ${file}: ${text}.`,
      mend: 'Check free space and permissions of its folder; if the file is damaged, restore a backup.',
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(text);
}
