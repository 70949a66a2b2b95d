// Gate facts → their tables, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { GateEvents } from './events.ts';

export function applyGate(
  event: JournalEvent & { kind: keyof GateEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective, atMs } = event;
  switch (event.kind) {
    case 'gate.opened': {
      const { gate, kind, severity, question } = event.data;
      expectOne(
        `INSERT INTO gates (n, product, objective, kind, severity, question, mail, state, asked_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?)`,
        gate,
        product,
        objective,
        kind,
        severity,
        JSON.stringify(question),
        question.mail,
        atMs,
      );
      return;
    }
    case 'gate.resolved':
      expectOne(
        `UPDATE gates SET state = ?, resolution = ?, delivery = ?, resolved_at_ms = ? WHERE n = ? AND state = 'open'`,
        event.data.resolution.verdict,
        JSON.stringify(event.data.resolution),
        event.data.deliver ? 'pending' : null,
        atMs,
        event.data.gate,
      );
      return;
    case 'gate.withdrawn':
      expectOne(
        `UPDATE gates SET state = 'withdrawn', resolution = ?, resolved_at_ms = ? WHERE n = ? AND state = 'open'`,
        JSON.stringify({ why: event.data.why }),
        atMs,
        event.data.gate,
      );
      return;
    case 'gate.delivered':
      expectOne(
        `UPDATE gates SET delivery = ?, answer_mail = ?, delivered_at_ms = ? WHERE n = ? AND delivery IN ('pending','sent')`,
        event.data.mail === null ? 'lost' : 'sent',
        event.data.mail,
        atMs,
        event.data.gate,
      );
      return;
    case 'gate.verified':
      expectOne(`UPDATE gates SET delivery = 'read' WHERE n = ? AND delivery = 'sent'`, event.data.gate);
      return;
    case 'operator-mail.counted':
      for (const id of event.data.ids)
        expectOne(
          'INSERT INTO operator_mail (product, id, origin) VALUES (?, ?, ?)',
          product,
          id,
          event.data.origin,
        );
      return;
  }
}
