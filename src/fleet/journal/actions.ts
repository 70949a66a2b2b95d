// Reads of the actions: what was intended, and what a restart must settle.
import type { ActionKind, ActionState } from '../events.ts';
import { parse, type Reader, type Row } from './reader.ts';

export interface ActionRow {
  id: string;
  kind: ActionKind;
  product: string;
  objective: string | null;
  session: number | null;
  args: Record<string, unknown>;
  state: ActionState;
  intendedAtMs: number;
  /** what the effect answered, once it is done */
  result: Record<string, unknown> | null;
}

const actionOf = (r: Row): ActionRow => ({
  id: r.id as string,
  kind: r.kind as ActionKind,
  product: r.product as string,
  objective: r.objective as string | null,
  session: r.session as number | null,
  args: parse(r.args),
  state: r.state as ActionState,
  intendedAtMs: r.intended_at_ms as number,
  result: typeof r.result === 'string' ? parse(r.result) : null,
});

export function actionStore({ rows, row }: Reader) {
  return {
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

    /** What was sent to the coordinators of a product, newest first. */
    sent(product: string, limit: number): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE product = ? AND kind = 'coordinator.send' ORDER BY intended_at_ms DESC LIMIT ?`,
        product,
        limit,
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
  };
}
