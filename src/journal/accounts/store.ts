// Reads of the accounts.
import type { DatabaseSync } from 'node:sqlite';
import { kept } from '../kept.ts';
import { prepared } from '../reader.ts';

export interface ClosedAccount {
  account: string;
  window: string;
  /** null: not known; then it is tried at probeMs */
  untilMs: number | null;
  probeMs: number | null;
  /** how often it was tried since it closed */
  probes: number;
  /** the session that was woken to see; null: none yet */
  triedSession: number | null;
  /** the screen's words: data */
  limit: string;
  /** on whose screen it was seen */
  product: string;
  sinceMs: number;
}

export interface LimitedSession {
  session: number;
  account: string;
  product: string;
  objective: string;
  limit: string;
  print: string;
  sinceMs: number;
  /** null: not yet */
  wokenMs: number | null;
  wokenBy: 'itself' | 'nudge' | null;
}

export interface AccountShare {
  account: string;
  window: string;
  usedPercent: number;
  untilMs: number;
  atMs: number;
}

export function accountStore(db: DatabaseSync) {
  const rows = (sql: string) => prepared(db, sql).all();
  return {
    closed: kept(db, ['closed_accounts'], (): readonly ClosedAccount[] =>
      rows('SELECT * FROM closed_accounts ORDER BY account').map((r) => ({
        account: r.account as string,
        window: r.window as string,
        untilMs: r.until_ms as number | null,
        probeMs: r.probe_ms as number | null,
        probes: r.probes as number,
        triedSession: r.tried_session as number | null,
        limit: r.limit_text as string,
        product: r.product as string,
        sinceMs: r.since_ms as number,
      })),
    ),
    /** The one that has stood longest first. */
    limited: kept(db, ['limited_sessions'], (): readonly LimitedSession[] =>
      rows('SELECT * FROM limited_sessions ORDER BY since_ms, session').map((r) => ({
        session: r.session as number,
        account: r.account as string,
        product: r.product as string,
        objective: r.objective as string,
        limit: r.limit_text as string,
        print: r.print as string,
        sinceMs: r.since_ms as number,
        wokenMs: r.woken_ms as number | null,
        wokenBy: r.woken_by as LimitedSession['wokenBy'],
      })),
    ),
    shares: kept(db, ['account_shares'], (): readonly AccountShare[] =>
      rows('SELECT * FROM account_shares ORDER BY account, window').map((r) => ({
        account: r.account as string,
        window: r.window as string,
        usedPercent: r.used_percent as number,
        untilMs: r.until_ms as number,
        atMs: r.at_ms as number,
      })),
    ),
  };
}
