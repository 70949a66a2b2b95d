// Reads of the interventions.
import type { DatabaseSync } from 'node:sqlite';

export interface InterventionRow {
  n: number;
  product: string;
  objective: string | null;
  why: string;
  state: 'asked' | 'begun' | 'ended';
  costUsd: number | null;
  askedAtMs: number;
}

const rowOf = (r: Record<string, unknown>): InterventionRow => ({
  n: r.n as number,
  product: r.product as string,
  objective: r.objective as string | null,
  why: r.why as string,
  state: r.state as InterventionRow['state'],
  costUsd: r.cost_usd as number | null,
  askedAtMs: r.asked_at_ms as number,
});

export function monitorStore(db: DatabaseSync) {
  return {
    intervention(n: number): InterventionRow | null {
      const row = db.prepare('SELECT * FROM interventions WHERE n = ?').get(n);
      return row ? rowOf(row) : null;
    },
    nextNumber(): number {
      return Number(db.prepare('SELECT coalesce(max(n), 0) + 1 AS n FROM interventions').get()?.n);
    },
    /** Asked for and not begun, in order, if asked since then. */
    asked(sinceMs: number): InterventionRow[] {
      return db
        .prepare(`SELECT * FROM interventions WHERE state = 'asked' AND asked_at_ms >= ? ORDER BY n`)
        .all(sinceMs)
        .map(rowOf);
    },
    /** All of a product that were asked for since then, in whatever state. */
    since(product: string, sinceMs: number): InterventionRow[] {
      return db
        .prepare('SELECT * FROM interventions WHERE product = ? AND asked_at_ms >= ?')
        .all(product, sinceMs)
        .map(rowOf);
    },
    /** Turns of the model that began in this time. costUsd: of those whose cost is known (priced); null: of none. */
    turns(fromMs: number, toMs: number): { turns: number; priced: number; costUsd: number | null } {
      const sum = db
        .prepare(
          `SELECT count(*) AS turns, count(cost_usd) AS priced, sum(cost_usd) AS usd FROM interventions
           WHERE begun_at_ms >= ? AND begun_at_ms < ?`,
        )
        .get(fromMs, toMs);
      return {
        turns: Number(sum?.turns),
        priced: Number(sum?.priced),
        costUsd: (sum?.usd as number | null | undefined) ?? null,
      };
    },
    wasAskedBy(cause: number): boolean {
      return db.prepare('SELECT 1 FROM interventions WHERE cause = ?').get(cause) !== undefined;
    },
  };
}
