// Facts about recurring work → their table, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { RecurringEvents } from './events.ts';

export function applyRecurring(
  event: JournalEvent & { kind: keyof RecurringEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { atMs } = event;
  const { name } = event.data;
  switch (event.kind) {
    case 'recurring.set': {
      const { recurrence, source } = event.data;
      if (recurrence === null) expectOne('DELETE FROM recurring WHERE name = ?', name);
      else
        expectOne(
          `INSERT INTO recurring (name, recurrence, source, last_due_ms) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET recurrence = excluded.recurrence, source = excluded.source,
             last_due_ms = excluded.last_due_ms`,
          name,
          JSON.stringify(recurrence),
          JSON.stringify(source),
          atMs,
        );
      return;
    }
    case 'recurring.seen':
      expectOne(
        `INSERT INTO recurring (name, calendar, last_due_ms) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET calendar = excluded.calendar, last_due_ms = excluded.last_due_ms`,
        name,
        event.data.calendar,
        atMs,
      );
      return;
    case 'recurring.paused':
      expectOne('UPDATE recurring SET paused_ms = ? WHERE name = ? AND paused_ms IS NULL', atMs, name);
      return;
    case 'recurring.resumed':
      // What would have run during the pause was not missed.
      expectOne(
        'UPDATE recurring SET paused_ms = NULL, last_due_ms = ? WHERE name = ? AND paused_ms IS NOT NULL',
        atMs,
        name,
      );
      return;
    case 'recurring.due':
      expectOne(
        `UPDATE recurring SET last_due_ms = ?, last_objective = coalesce(?, last_objective), runs = runs + ?,
           skipped = skipped + ?, missed = missed + ? WHERE name = ?`,
        event.data.dueMs,
        event.data.objective,
        event.data.objective === null ? 0 : 1,
        event.data.objective === null ? 1 : 0,
        event.data.missed,
        name,
      );
      return;
  }
}
