// Reads of the actions: what was intended, and what a restart must settle.
import type { ActionKind, ActionState } from './events.ts';
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

    /** What is to be delivered and was not yet, oldest first; without what waits until a human has taken it. */
    openDeliveries(): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE kind = 'work.deliver' AND state = 'intended' AND NOT EXISTS
           (SELECT 1 FROM gates WHERE n = json_extract(args, '$.review') AND gates.state <> 'approved') ORDER BY rowid`,
      ).map(actionOf);
    },
    /** Every time that the work of an objective was to be delivered, the latest first. */
    deliveriesOf(objective: string): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE objective = ? AND kind = 'work.deliver' ORDER BY rowid DESC`,
        objective,
      ).map(actionOf);
    },

    /** What is to be written on issues and was not yet, oldest first. */
    openAnswers(): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE kind = 'issue.answer' AND state = 'intended' ORDER BY rowid`,
      ).map(actionOf);
    },
    /** Every time that something was to be written on the issue of an objective, the latest first. */
    answersOf(objective: string): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE objective = ? AND kind = 'issue.answer' ORDER BY rowid DESC`,
        objective,
      ).map(actionOf);
    },

    /** The last of an objective each, where the forge refused it. */
    refusedAnswers(product: string): ActionRow[] {
      return rows(
        `SELECT * FROM actions AS last WHERE product = ? AND kind = 'issue.answer' AND state = 'failed' AND rowid =
           (SELECT max(rowid) FROM actions WHERE objective = last.objective AND kind = 'issue.answer') ORDER BY rowid`,
        product,
      ).map(actionOf);
    },

    /** The workers that a session without a coordinator was given, oldest first. */
    slings(session: number): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE session = ? AND kind = 'worker.sling' ORDER BY rowid`,
        session,
      ).map(actionOf);
    },

    /** Names of all workers that this product's sessions without a coordinator were given. */
    slung(product: string): Set<string> {
      return new Set(
        rows(
          `SELECT json_extract(args, '$.name') AS name FROM actions WHERE product = ? AND kind = 'worker.sling'`,
          product,
        ).map((r) => String(r.name)),
      );
    },

    /** How often a coordinator was asked whether it has heard something, or was about to be. */
    asked(session: number): number {
      return Number(
        row(`SELECT count(*) AS n FROM actions WHERE session = ? AND kind = 'coordinator.nudge'`, session)?.n,
      );
    },
    /** Those that were, or may have been, oldest first. */
    asks(session: number): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE session = ? AND kind = 'coordinator.nudge' AND state <> 'failed' ORDER BY rowid`,
        session,
      ).map(actionOf);
    },
    /** What was to be heard, and was given up, oldest first. */
    unheard(session: number): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE session = ? AND kind = 'delivery.confirm' AND state = 'failed' ORDER BY rowid`,
        session,
      ).map(actionOf);
    },
    /** What was to be heard, by how it ended. */
    hearingCounts(): ReadonlyMap<ActionState, number> {
      return new Map(
        rows(`SELECT state, count(*) AS n FROM actions WHERE kind = 'delivery.confirm' GROUP BY state`).map(
          (r) => [r.state as ActionState, Number(r.n)],
        ),
      );
    },

    /** What was sent to the coordinators of a product, newest first. */
    sent(product: string, limit: number): ActionRow[] {
      return rows(
        `SELECT * FROM actions WHERE product = ? AND kind = 'coordinator.send' ORDER BY intended_at_ms DESC LIMIT ?`,
        product,
        limit,
      ).map(actionOf);
    },

    /** Whether its coordinator was sent a mail with these words in the subject (or that is in doubt). */
    hasSent(session: number, words: string): boolean {
      return (
        row(
          `SELECT 1 FROM actions WHERE session = ? AND kind = 'coordinator.send' AND state <> 'failed'
           AND instr(json_extract(args, '$.subject'), ?) > 0`,
          session,
          words,
        ) !== undefined
      );
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
