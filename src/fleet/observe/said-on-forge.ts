import { inOneLineOf } from '../../common/one-line.ts';
import type { Journal } from '../../journal/journal.ts';

const mostRemarks = 20;

/** What CI and reviewers say of an objective's open pull request: words of others, data. Empty: nothing. */
export function saidOnForge(journal: Journal, objective: string): string[] {
  const row = journal.pullRequests.openOf(objective);
  if (row === null) return [];
  return [
    ...row.checks
      .filter(({ state }) => state === 'failed')
      .map(({ name, url }) => inOneLineOf(`failed: ${name}${url === null ? '' : ` ${url}`}`)),
    ...row.remarks
      .slice(-mostRemarks)
      .map(({ by, path, line, text }) =>
        [
          inOneLineOf(`${by}${path === null ? '' : ` on ${path}${line === null ? '' : `:${line}`}`}`),
          text,
        ].join(': '),
      ),
  ];
}
