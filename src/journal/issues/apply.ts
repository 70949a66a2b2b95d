// Facts about issues → their table, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { IssueEvents } from './events.ts';

export function applyIssue(
  event: JournalEvent & { kind: Exclude<keyof IssueEvents, 'issues.looked'> },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective } = event;
  switch (event.kind) {
    case 'issue.taken': {
      const { number, url } = event.data;
      expectOne(
        `INSERT INTO issues (product, url, number, objective, state) VALUES (?, ?, ?, ?, 'open')`,
        product,
        url,
        number,
        objective,
      );
      return;
    }
    case 'issue.closed':
      expectOne(
        `UPDATE issues SET state = ? WHERE objective = ? AND state = 'open'`,
        event.data.state,
        objective,
      );
      return;
  }
}
