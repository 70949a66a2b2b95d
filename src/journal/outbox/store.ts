// Reads of the outbox.
import type { DatabaseSync } from 'node:sqlite';
import type { ChannelTarget } from '../../registry/registry.ts';
import type { GateSeverity } from '../gates/events.ts';
import { prepared } from '../reader.ts';
import type { NoticeKind } from './events.ts';

export interface NoticeRow {
  n: number;
  product: string | null;
  objective: string | null;
  gate: number | null;
  kind: NoticeKind;
  severity: GateSeverity;
  text: string;
  quote: string | null;
  channels: ChannelTarget[];
  thread: string | null;
  cause: number;
  atMs: number;
  dueMs: number;
  sentAtMs: number | null;
}

const noticeOf = (r: Record<string, unknown>): NoticeRow => ({
  n: r.n as number,
  product: r.product as string | null,
  objective: r.objective as string | null,
  gate: r.gate as number | null,
  kind: r.kind as NoticeKind,
  severity: r.severity as GateSeverity,
  text: r.text as string,
  quote: r.quote as string | null,
  channels: JSON.parse(String(r.channels)) as ChannelTarget[],
  thread: r.thread as string | null,
  cause: r.cause as number,
  atMs: r.at_ms as number,
  dueMs: r.due_ms as number,
  sentAtMs: r.sent_at_ms as number | null,
});

export function noticeStore(db: DatabaseSync) {
  const many = (sql: string, ...values: (string | number | null)[]): NoticeRow[] =>
    prepared(db, sql)
      .all(...values)
      .map(noticeOf);
  const number = (sql: string, ...values: (string | number | null)[]): number | null =>
    (prepared(db, sql).get(...values)?.value as number | null | undefined) ?? null;
  return {
    notice(n: number): NoticeRow | null {
      return many('SELECT * FROM notices WHERE n = ?', n)[0] ?? null;
    },
    nextNoticeNumber(): number {
      return (number('SELECT max(n) AS value FROM notices') ?? 0) + 1;
    },
    /**
     * Not yet handed over and due, in order. What waits for company goes out before a later one of its product that
     * is due (a question): only the digest may come after what was said later.
     */
    dueNotices(after: number, nowMs: number, limit: number): NoticeRow[] {
      return many(
        `SELECT * FROM notices AS one WHERE sent_at_ms IS NULL AND n > ?2 AND (due_ms <= ?1 OR
           (severity <> 'warning' AND EXISTS (SELECT 1 FROM notices AS later WHERE later.sent_at_ms IS NULL
             AND later.due_ms <= ?1 AND later.n > one.n AND later.product IS one.product)))
         ORDER BY n LIMIT ?3`,
        nowMs,
        after,
        limit,
      );
    },
    /** When the next one that waits is due; null: none waits. */
    nextDueMs(nowMs: number): number | null {
      return number(
        'SELECT min(due_ms) AS value FROM notices WHERE sent_at_ms IS NULL AND due_ms > ?',
        nowMs,
      );
    },
    /** When the last report was made; null: none was. */
    lastReportMs(): number | null {
      return number(`SELECT max(at_ms) AS value FROM notices WHERE kind = 'report'`);
    },
    /** Up to which event everything has been told. */
    lastCause(): number {
      return number('SELECT max(cause) AS value FROM notices') ?? 0;
    },
    /** How often a gate has been told of, and when the last of it was or will be due. */
    toldOfGate(gate: number): { times: number; lastMs: number | null } {
      return {
        times: number('SELECT count(*) AS value FROM notices WHERE gate = ?', gate) ?? 0,
        lastMs: number('SELECT max(due_ms) AS value FROM notices WHERE gate = ?', gate),
      };
    },
    /** Queued objectives of whose waiting nobody was told since they have their place, the longest wait first. */
    untoldWaits(limit: number): { id: string; product: string; queuedAtMs: number }[] {
      return prepared(
        db,
        `SELECT id, product, queued_at_ms AS queuedAtMs FROM objectives AS o
           WHERE state = 'queued' AND NOT EXISTS (SELECT 1 FROM notices
             WHERE objective = o.id AND kind = 'queued-long' AND at_ms >= o.queued_at_ms)
           ORDER BY queued_at_ms, n LIMIT ?`,
      ).all(limit) as { id: string; product: string; queuedAtMs: number }[];
    },
    /** When the product's latest notice that is no gate is or was due, for spacing. An end does not wait for progress. */
    lastDueMs(product: string | null, besides: NoticeKind | null): number | null {
      return number(
        `SELECT max(due_ms) AS value FROM notices
         WHERE product IS ? AND gate IS NULL AND severity = 'error' AND kind IS NOT ?`,
        product,
        besides,
      );
    },
  };
}
