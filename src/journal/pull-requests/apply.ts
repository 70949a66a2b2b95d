// Facts about pull requests → their table, inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import { prepared } from '../reader.ts';
import type { PullRequestEvents } from './events.ts';
import { type KnownCheck, pullRequestOf } from './store.ts';

const keptRemarks = 100;

export function applyPullRequest(
  db: DatabaseSync,
  event: JournalEvent & { kind: keyof PullRequestEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective } = event;
  const { number } = event.data;
  const set = (what: string, value: SQLInputValue) =>
    expectOne(
      `UPDATE pull_requests SET ${what} WHERE product = ? AND number = ? AND state = 'open'`,
      value,
      product,
      number,
    );
  const known = () =>
    pullRequestOf(
      prepared(db, 'SELECT * FROM pull_requests WHERE product = ? AND number = ?').get(product, number) ?? {},
    );
  switch (event.kind) {
    case 'pull-request.delivered': {
      const { url, head } = event.data;
      // A number of another repository is another pull request.
      prepared(db, 'DELETE FROM pull_requests WHERE product = ? AND number = ? AND url <> ?').run(
        product,
        number,
        url,
      );
      expectOne(
        `INSERT INTO pull_requests (product, number, objective, url, state, head, checks, remarks)
         VALUES (?, ?, ?, ?, 'open', ?, '[]', '[]')
         ON CONFLICT (product, number) DO UPDATE SET objective = excluded.objective, state = 'open',
           checks = iif(head = excluded.head, checks, '[]'), head = excluded.head`,
        product,
        number,
        objective,
        url,
        head,
      );
      return;
    }
    case 'pull-request.moved':
      set(`checks = '[]', head = ?`, event.data.head);
      return;
    case 'pull-request.checked': {
      const { aspect, checks } = event.data;
      const others = known().checks.filter((one) => one.aspect !== aspect);
      const all: KnownCheck[] = [...others, ...checks.map((one) => ({ aspect, ...one }))];
      set('checks = ?', JSON.stringify(all));
      return;
    }
    case 'pull-request.remarked':
      set('remarks = ?', JSON.stringify([...known().remarks, ...event.data.remarks].slice(-keptRemarks)));
      return;
    case 'pull-request.failed':
      set(`reworks = reworks + ${event.data.sentBack ? 1 : 0}, failed_head = ?`, event.data.head);
      return;
    case 'pull-request.ended':
      set('state = ?', event.data.state);
      return;
  }
}
