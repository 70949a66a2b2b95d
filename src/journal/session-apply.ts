// Facts about sessions → their tables, and what else a session's begin and end changes: its objective's state, its
// actions, the count of starts that failed. Inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from './events.ts';
import { prepared } from './reader.ts';

type SessionKind = 'starting' | 'running' | 'stopping' | 'ended' | 'spent' | 'marked' | 'measured';

const json = (value: unknown): string => JSON.stringify(value);

export function applySession(
  db: DatabaseSync,
  event: JournalEvent & { kind: `session.${SessionKind}` },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective, atMs } = event;
  switch (event.kind) {
    case 'session.starting':
      expectOne(
        `UPDATE objectives SET state = 'starting', why = NULL, not_before_ms = NULL, wait_rule = NULL, attempts = attempts + 1,
           started_at_ms = coalesce(started_at_ms, ?)
         WHERE id = ? AND state = 'queued'`,
        atMs,
        objective,
      );
      expectOne(
        `INSERT INTO sessions (id, product, objective, state, starting_at_ms, predicted, direct)
         VALUES (?1, ?2, ?3, 'starting', ?4, ?5, (SELECT direct FROM objectives WHERE id = ?3))`,
        event.data.session,
        product,
        objective,
        atMs,
        event.data.predicted ? json(event.data.predicted) : null,
      );
      return;
    case 'session.running':
      expectOne(
        `UPDATE sessions SET state = 'running', overstory_session = ?, tmux_session = ?, run_id = ?, running_at_ms = ?
         WHERE id = ? AND state = 'starting'`,
        event.data.overstorySession,
        event.data.tmuxSession,
        event.data.runId,
        atMs,
        event.data.session,
      );
      expectOne(`UPDATE objectives SET state = 'running' WHERE id = ? AND state = 'starting'`, objective);
      // A start that was cut off by a crash or a lost link: what runs now is what it wanted.
      db.prepare(
        `UPDATE actions SET state = 'done', settled_at_ms = ?
         WHERE session = ? AND kind IN ('coordinator.start', 'worker.sling') AND state IN ('intended', 'uncertain')`,
      ).run(atMs, event.data.session);
      db.prepare('DELETE FROM breakers WHERE product = ?').run(product);
      return;
    case 'session.stopping':
      expectOne(
        `UPDATE sessions SET state = 'stopping', stop_reason = ?, outcome = ?
         WHERE id = ? AND state IN ('starting', 'running')`,
        event.data.reason,
        event.data.outcome,
        event.data.session,
      );
      return;
    case 'session.ended':
      expectOne(
        `UPDATE sessions SET state = 'ended', why = ?, leftovers = ?, cost_usd = ?, tokens = ?,
           unpriced_tokens = ?, agents = ?, workers = ?, merged = ?, ended_at_ms = ?
         WHERE id = ? AND state <> 'ended'`,
        event.data.why,
        json(event.data.leftovers),
        event.data.costUsd,
        event.data.tokens ?? null,
        event.data.unpricedTokens ?? null,
        event.data.agents ? json(event.data.agents) : null,
        event.data.workers ?? null,
        event.data.merged.length,
        atMs,
        event.data.session,
      );
      prepared(db, 'DELETE FROM limited_sessions WHERE session = ?').run(event.data.session);
      // What is still in doubt no longer matters, and is never done again.
      db.prepare(
        `UPDATE actions SET state = 'abandoned', settled_at_ms = ?
         WHERE session = ? AND state IN ('intended', 'uncertain')`,
      ).run(atMs, event.data.session);
      // It never ran and nobody stopped it: the start failed.
      db.prepare(
        `INSERT INTO breakers (product, failures, last_failure_ms)
         SELECT product, 1, ? FROM sessions WHERE id = ? AND running_at_ms IS NULL AND stop_reason IS NULL
         ON CONFLICT (product) DO UPDATE SET failures = failures + 1, last_failure_ms = excluded.last_failure_ms`,
      ).run(atMs, event.data.session);
      return;
    case 'session.spent':
      expectOne(
        'UPDATE sessions SET cost_usd = ?, tokens = ?, unpriced_tokens = ?, agents = ? WHERE id = ?',
        event.data.costUsd,
        event.data.tokens,
        event.data.unpricedTokens ?? null,
        event.data.agents ? json(event.data.agents) : null,
        event.data.session,
      );
      return;
    case 'session.marked':
      expectOne(
        event.data.point === 'base'
          ? 'UPDATE sessions SET base_commit = ?1, tips = ?2 WHERE id = ?3'
          : 'UPDATE sessions SET head_commit = ?1, tips = ?2 WHERE id = ?3',
        event.data.commit,
        json(event.data.tips),
        event.data.session,
      );
      return;
    case 'session.measured':
      expectOne(
        'UPDATE sessions SET peak_memory_bytes = ?, peak_cpu_cores = ? WHERE id = ?',
        event.data.peakMemoryBytes,
        event.data.peakCpuCores,
        event.data.session,
      );
      return;
  }
}
