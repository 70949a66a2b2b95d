// Reads of the issues that became objectives.
import type { DatabaseSync } from 'node:sqlite';
import { prepared, type Row } from '../reader.ts';

export interface IssueRow {
  product: string;
  /** its page */
  url: string;
  number: number;
  objective: string;
  /** as last seen while that mattered */
  state: 'open' | 'closed' | 'gone';
}

const issueOf = (r: Row): IssueRow => ({
  product: r.product as string,
  url: r.url as string,
  number: r.number as number,
  objective: r.objective as string,
  state: r.state as IssueRow['state'],
});

export function issueStore(db: DatabaseSync) {
  const many = (sql: string, ...values: (string | number)[]): IssueRow[] =>
    prepared(db, sql)
      .all(...values)
      .map(issueOf);
  return {
    /** What an issue became on a product; null: nothing yet. */
    taken: (product: string, url: string): IssueRow | null =>
      many('SELECT * FROM issues WHERE product = ? AND url = ?', product, url)[0] ?? null,
    of: (objective: string): IssueRow | null =>
      many('SELECT * FROM issues WHERE objective = ?', objective)[0] ?? null,
    /** Not seen to be closed, and their objectives wait or run. */
    open: (): IssueRow[] =>
      many(
        `SELECT issues.* FROM issues JOIN objectives ON objectives.id = issues.objective
         WHERE issues.state = 'open' AND objectives.state IN ('queued','starting','running') ORDER BY objectives.n`,
      ),
    /** Whose objectives ended since then, and of whose end, or later delivery, nothing was written yet. */
    unanswered: (sinceMs: number): IssueRow[] =>
      many(
        `SELECT issues.* FROM issues JOIN objectives ON objectives.id = issues.objective
         WHERE issues.state <> 'gone' AND objectives.state IN ('done','failed','cancelled') AND objectives.ended_at_ms >= ? AND NOT EXISTS (
           SELECT 1 FROM actions AS answer WHERE answer.objective = issues.objective
             AND answer.kind = 'issue.answer' AND answer.intended_at_ms >= max(objectives.ended_at_ms, coalesce(
               (SELECT max(settled_at_ms) FROM actions AS sent
                WHERE sent.objective = issues.objective AND sent.kind = 'work.deliver'), 0)))
         ORDER BY objectives.n`,
        sinceMs,
      ),
  };
}
