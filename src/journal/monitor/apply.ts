// Intervention facts → their table, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { MonitorEvents } from './events.ts';

export function applyIntervention(
  event: JournalEvent & { kind: keyof MonitorEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective, atMs } = event;
  switch (event.kind) {
    case 'intervention.asked':
      expectOne(
        `INSERT INTO interventions (n, product, objective, why, cause, state, asked_at_ms)
         VALUES (?, ?, ?, ?, ?, 'asked', ?)`,
        event.data.intervention,
        product,
        objective,
        event.data.why,
        event.data.cause,
        atMs,
      );
      return;
    case 'intervention.begun':
      expectOne(
        `UPDATE interventions SET state = 'begun', begun_at_ms = ? WHERE n = ? AND state = 'asked'`,
        atMs,
        event.data.intervention,
      );
      return;
    case 'intervention.ended':
      expectOne(
        `UPDATE interventions SET state = 'ended', cost_usd = ?, ended_at_ms = ? WHERE n = ? AND state = 'begun'`,
        event.data.costUsd,
        atMs,
        event.data.intervention,
      );
      return;
  }
}
