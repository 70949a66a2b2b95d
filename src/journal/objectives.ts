// Reads of the objectives.
import type { Direct, ObjectiveView } from '../contract/objectives.ts';
import type { Source } from '../contract/source.ts';
import { parse, type Reader, type Row } from './reader.ts';

export interface ObjectiveRow {
  id: string;
  n: number;
  product: string;
  text: string;
  acceptance: string | null;
  needs: string[];
  /** of work, as outcomes/kind.ts has them */
  kind: string;
  /** the one worker that does it; null: a coordinator */
  direct: Direct | null;
  source: Source;
  state: ObjectiveView['state'];
  why: string | null;
  result: string | null;
  /** starts tried so far */
  attempts: number;
  /** messages sent to the coordinator so far: the m of `[obj-n.m]` */
  messages: number;
  notBeforeMs: number | null;
  createdAtMs: number;
  /** since when it has its place in the queue */
  queuedAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

/** As lists and decisions have it: of the text its beginning. */
export type ListedRow = Omit<ObjectiveRow, 'acceptance' | 'result'>;

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

/** What a list shows of a text, in characters; a whole one may have 256 KiB. */
export const listedCharacters = 2_000;

/**
 * One character more than is shown, so that a text is seen to be cut. Whole ones in a queue, or in a list of a thousand,
 * would be what time and memory are spent on, at every decision.
 */
const listed = `id, n, product, needs, kind, direct, source, state, why, attempts, messages, not_before_ms, created_at_ms,
  queued_at_ms, started_at_ms, ended_at_ms, substr(text, 1, ${listedCharacters + 1}) AS text`;

const listedOf = (r: Row): ListedRow => ({
  id: r.id as string,
  n: r.n as number,
  product: r.product as string,
  text: r.text as string,
  needs: parse(r.needs),
  kind: r.kind as string,
  direct: r.direct as Direct | null,
  source: parse(r.source),
  state: r.state as ObjectiveRow['state'],
  why: r.why as string | null,
  attempts: r.attempts as number,
  messages: r.messages as number,
  notBeforeMs: r.not_before_ms as number | null,
  createdAtMs: r.created_at_ms as number,
  queuedAtMs: r.queued_at_ms as number,
  startedAtMs: r.started_at_ms as number | null,
  endedAtMs: r.ended_at_ms as number | null,
});

const objectiveOf = (r: Row): ObjectiveRow => ({
  ...listedOf(r),
  acceptance: r.acceptance as string | null,
  result: r.result as string | null,
});

export function objectiveStore({ rows, row }: Reader) {
  return {
    objective(id: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE id = ?', id);
      return found ? objectiveOf(found) : null;
    },
    objectiveByKey(key: string): ObjectiveRow | null {
      const found = row('SELECT * FROM objectives WHERE idempotency_key = ?', key);
      return found ? objectiveOf(found) : null;
    },
    /** queued, starting and running, in order of arrival */
    openObjectives(): ListedRow[] {
      return rows(
        `SELECT ${listed} FROM objectives WHERE state IN ('queued','starting','running') ORDER BY n`,
      ).map(listedOf);
    },
    /** How many are open, and what their texts come to. */
    openSize(): { count: number; bytes: number } {
      return row(
        `SELECT count(*) AS count, coalesce(sum(octet_length(text) + coalesce(octet_length(acceptance), 0)), 0) AS bytes
         FROM objectives WHERE state IN ('queued','starting','running')`,
      ) as { count: number; bytes: number };
    },
    /** The scheduler's rule that held each queued objective when last asked; null: none yet. */
    waitRules(): Map<string, string | null> {
      return new Map(
        rows(`SELECT id, wait_rule FROM objectives WHERE state = 'queued'`).map((r) => [
          r.id as string,
          r.wait_rule as string | null,
        ]),
      );
    },
    /** Those that are over and that a queued one still names in its `needs`. */
    endedNeeds(): ListedRow[] {
      return rows(
        `SELECT ${listed} FROM objectives WHERE state IN ('done','failed','cancelled') AND id IN (
         SELECT need.value FROM objectives AS waiting, json_each(waiting.needs) AS need
         WHERE waiting.state = 'queued')`,
      ).map(listedOf);
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
      const over = `state IN ('done','failed','cancelled') AND product = coalesce(?1, product)
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
