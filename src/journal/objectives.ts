// Reads of the objectives.
import { type ListedRow, listed, listedOf, type ObjectiveRow } from './objective-row.ts';
import type { OpenObjectives } from './open-objectives.ts';
import type { Reader, Row } from './reader.ts';

/** Which of those that are over; what is left out asks for nothing. */
export interface EndedQuery {
  product?: string | null;
  state?: string;
  /** in any case of its (ASCII) letters */
  text?: string;
  sinceMs?: number;
  /** before then */
  untilMs?: number;
  skip?: number;
  limit: number;
}

/** What a search for words looks through at most, the latest first: it holds up all else meanwhile, and anybody may ask. */
const searched = { objectives: 2_000, characters: 16_384 };

const objectiveOf = (r: Row): ObjectiveRow => ({
  ...listedOf(r),
  acceptance: r.acceptance as string | null,
  result: r.result as string | null,
});

export function objectiveStore({ rows, row }: Reader, open: OpenObjectives) {
  return {
    openObjectives: open.all,
    openObjective: open.one,
    endedNeeds: open.endedNeeds,
    waitRules: open.rules,
    objective(id: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE id = ?', id);
      return found ? objectiveOf(found) : null;
    },
    objectiveByKey(key: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE idempotency_key = ?', key);
      return found ? objectiveOf(found) : null;
    },
    /** How many are open, and what their texts come to. */
    openSize(): { count: number; bytes: number } {
      return row(
        `SELECT count(*) AS count, coalesce(sum(octet_length(text) + coalesce(octet_length(acceptance), 0)), 0) AS bytes
         FROM objectives WHERE state IN ('queued','starting','running')`,
      ) as { count: number; bytes: number };
    },
    /** Newest first, of one state or of all. */
    objectives(limit: number, state: string | null = null): ListedRow[] {
      return (
        state === null
          ? rows(`SELECT ${listed} FROM objectives ORDER BY n DESC LIMIT ?`, limit)
          : rows(`SELECT ${listed} FROM objectives WHERE state = ? ORDER BY n DESC LIMIT ?`, state, limit)
      ).map(listedOf);
    },
    /** Those that are over: the one that ended last comes first. */
    endedObjectives({ product, state, text, sinceMs, untilMs, skip, limit }: EndedQuery): ListedRow[] {
      // `+`: by the index on their end, which gives the order too
      const over = `+state IN ('done','failed','cancelled') AND product = coalesce(?1, product)
        AND state = coalesce(?2, state) AND ended_at_ms >= ?3 AND ended_at_ms < ?4`;
      const latest = 'ORDER BY ended_at_ms DESC, n DESC';
      const words = "lower(substr(concat_ws(' ', id, text, why, result), 1, ?6))";
      return rows(
        `SELECT ${listed} FROM objectives WHERE ${over} AND (?5 IS NULL OR
           (id IN (SELECT id FROM objectives WHERE ${over} ${latest} LIMIT ?7) AND instr(${words}, lower(?5)) > 0))
         ${latest} LIMIT ?8 OFFSET ?9`,
        product ?? null,
        state ?? null,
        sinceMs ?? 0,
        untilMs ?? Number.MAX_SAFE_INTEGER,
        text ?? null,
        searched.characters,
        searched.objectives,
        limit,
        skip ?? 0,
      ).map(listedOf);
    },
    /** How many objectives are in each state. */
    objectiveCounts(): Map<string, number> {
      return new Map(
        rows('SELECT state, count(*) AS n FROM objectives GROUP BY state').map((r) => [
          r.state as string,
          r.n as number,
        ]),
      );
    },
    nextObjectiveNumber(): number {
      return ((row('SELECT max(n) AS n FROM objectives')?.n as number | null) ?? 0) + 1;
    },
  };
}
