// Facts about accounts → their tables, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { AccountEvents } from './events.ts';

export function applyAccount(
  event: JournalEvent & { kind: keyof AccountEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { atMs, product, objective } = event;
  switch (event.kind) {
    case 'account.closed': {
      const { account, window, untilMs, probeMs, limit } = event.data;
      expectOne(
        `INSERT INTO closed_accounts (account, window, until_ms, probe_ms, limit_text, product, since_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (account) DO UPDATE SET window = excluded.window, until_ms = excluded.until_ms,
           probe_ms = excluded.probe_ms, limit_text = excluded.limit_text, product = excluded.product`,
        account,
        window,
        untilMs,
        probeMs,
        limit,
        product,
        atMs,
      );
      return;
    }
    case 'account.tried':
      expectOne(
        'UPDATE closed_accounts SET probe_ms = ?, probes = probes + 1, tried_session = ? WHERE account = ?',
        event.data.probeMs,
        event.data.session,
        event.data.account,
      );
      return;
    case 'account.opened':
      expectOne('DELETE FROM closed_accounts WHERE account = ?', event.data.account);
      return;
    case 'account.share':
      expectOne(
        `INSERT INTO account_shares (account, window, used_percent, until_ms, at_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account, window) DO UPDATE SET used_percent = excluded.used_percent,
           until_ms = excluded.until_ms, at_ms = excluded.at_ms`,
        event.data.account,
        event.data.window,
        event.data.usedPercent,
        event.data.untilMs,
        atMs,
      );
      return;
    case 'worker.limited':
      return; // a fact for the log: what follows from it has events of its own
    case 'session.limited':
      expectOne(
        `INSERT INTO limited_sessions (session, account, product, objective, limit_text, print, since_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (session) DO UPDATE SET account = excluded.account, limit_text = excluded.limit_text,
           print = excluded.print, since_ms = excluded.since_ms, woken_ms = NULL, woken_by = NULL`,
        event.data.session,
        event.data.account,
        product,
        objective,
        event.data.limit,
        event.data.print,
        atMs,
      );
      return;
    case 'session.woken':
      expectOne(
        'UPDATE limited_sessions SET woken_ms = ?, woken_by = ? WHERE session = ?',
        atMs,
        event.data.by,
        event.data.session,
      );
      return;
    case 'session.unlimited':
      expectOne('DELETE FROM limited_sessions WHERE session = ?', event.data.session);
      return;
  }
}
