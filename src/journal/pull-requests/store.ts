// Reads of the pull requests that work was delivered as.
import type { DatabaseSync } from 'node:sqlite';
import type { Check, Remark } from '../../contract/pull-requests.ts';
import { kept } from '../kept.ts';
import { parse, prepared, type Row } from '../reader.ts';

/** aspect: which of the forge's it was told by */
export type KnownCheck = Check & { aspect: string };

export interface PullRequestRow {
  product: string;
  number: number;
  /** the last one whose work was delivered to it */
  objective: string;
  url: string;
  state: 'open' | 'merged' | 'closed';
  /** where its branch stands, as last known */
  head: string;
  checks: KnownCheck[];
  /** the latest, the oldest of them first */
  remarks: Remark[];
  /** the commit whose failed checks were asked about or sent back; null: none yet */
  failedHead: string | null;
  /** how often it was sent back for them */
  reworks: number;
}

export const pullRequestOf = (r: Row): PullRequestRow => ({
  product: r.product as string,
  number: r.number as number,
  objective: r.objective as string,
  url: r.url as string,
  state: r.state as PullRequestRow['state'],
  head: r.head as string,
  checks: parse(r.checks ?? '[]'),
  remarks: parse(r.remarks ?? '[]'),
  failedHead: r.failed_head as string | null,
  reworks: r.reworks as number,
});

export function pullRequestStore(db: DatabaseSync) {
  const many = (sql: string, ...values: (string | number | null)[]): PullRequestRow[] =>
    prepared(db, sql)
      .all(...values)
      .map(pullRequestOf);
  const open = kept(db, ['pull_requests'], (): readonly PullRequestRow[] =>
    many(`SELECT * FROM pull_requests WHERE state = 'open' ORDER BY product, number`),
  );
  return {
    /** Of one product or of all. */
    open: (product: string | null = null): readonly PullRequestRow[] =>
      product === null ? open() : open().filter((row) => row.product === product),
    /** Open, with the work of this objective as the last. */
    openOf: (objective: string): PullRequestRow | null =>
      many(`SELECT * FROM pull_requests WHERE state = 'open' AND objective = ?`, objective)[0] ?? null,
    pullRequest: (product: string, number: number): PullRequestRow | null =>
      many('SELECT * FROM pull_requests WHERE product = ? AND number = ?', product, number)[0] ?? null,
  };
}
