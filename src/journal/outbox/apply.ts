// Notice facts → the outbox, inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { NoticeEvents } from './events.ts';

export function applyNotice(
  db: DatabaseSync,
  event: JournalEvent & { kind: keyof NoticeEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  switch (event.kind) {
    case 'notice.posted': {
      const { notice, kind, severity, gate, quote, channels, thread, cause, dueMs } = event.data;
      expectOne(
        `INSERT INTO notices (n, product, objective, gate, kind, severity, text, quote, channels, thread, cause, at_ms, due_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        notice,
        event.product,
        event.objective,
        gate,
        kind,
        severity,
        event.text,
        quote ?? null,
        JSON.stringify(channels),
        thread,
        cause,
        event.atMs,
        dueMs,
      );
      return;
    }
    case 'notice.sent':
      // Told twice is the same as told once: the sink may repeat what it said when the reply was lost.
      for (const notice of event.data.notices)
        db.prepare('UPDATE notices SET sent_at_ms = ? WHERE n = ? AND sent_at_ms IS NULL').run(
          event.atMs,
          notice,
        );
      return;
  }
}
