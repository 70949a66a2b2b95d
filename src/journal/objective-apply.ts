// Facts about objectives → their table, inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from './events.ts';
import { applyOutcome } from './outcomes/apply.ts';

const json = (value: unknown): string => JSON.stringify(value);

export function applyObjective(
  db: DatabaseSync,
  event: JournalEvent & { kind: 'objective.queued' | 'objective.requeued' | 'objective.ended' },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective, atMs } = event;
  switch (event.kind) {
    case 'objective.queued': {
      const d = event.data;
      expectOne(
        `INSERT INTO objectives (id, n, product, text, acceptance, needs, source, idempotency_key, direct, kind, state, created_at_ms, queued_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)`,
        objective,
        d.n,
        product,
        d.text,
        d.acceptance,
        json(d.needs),
        json(d.source),
        d.idempotencyKey,
        d.direct ?? null,
        d.kind ?? 'other',
        atMs,
        atMs,
      );
      return;
    }
    case 'objective.requeued':
      expectOne(
        `UPDATE objectives SET state = 'queued', why = ?, not_before_ms = ?, wait_rule = NULL, result = NULL,
           queued_at_ms = iif(ended_at_ms IS NULL, queued_at_ms, ?), ended_at_ms = NULL,
           attempts = iif(?, attempts, 0)
         WHERE id = ? AND state <> 'done'`,
        event.data.why,
        event.data.notBeforeMs,
        atMs,
        event.data.error === null ? 0 : 1,
        objective,
      );
      if (event.data.restart)
        expectOne(
          'INSERT INTO restarts (product, objective, at_ms) VALUES (?, ?, ?)',
          product,
          objective,
          atMs,
        );
      return;
    case 'objective.ended':
      expectOne(
        `UPDATE objectives SET state = ?, why = ?, result = ?, ended_at_ms = ?, wait_rule = NULL
         WHERE id = ? AND state IN ('queued', 'starting', 'running')`,
        event.data.end,
        event.data.why,
        event.data.result,
        atMs,
        objective,
      );
      applyOutcome(db, objective ?? '');
      return;
  }
}
