// Pure: what a look at a pull request shows that was not known.
import { isDeepStrictEqual } from 'node:util';
import { count } from '../../../common/units.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { PullRequestRow } from '../../../journal/pull-requests/store.ts';
import type { Glance } from '../../../runtime/deliver/wire.ts';

export function newsOf(row: PullRequestRow, aspect: string, glance: Glance): NewEvent[] {
  const { product, objective, number, url } = row;
  const about = { product, objective };
  const which = `Pull request ${number} of ${product}`;
  const { state, head, checks, remarks } = glance;
  if (state === 'merged' || state === 'closed')
    return [
      {
        kind: 'pull-request.ended',
        ...about,
        text: `${which}, with the work of ${objective}, was ${state}: ${url}`,
        data: { number, state },
      },
    ];
  const news: NewEvent[] = [];
  if (head !== undefined && head !== row.head)
    news.push({
      kind: 'pull-request.moved',
      ...about,
      text: `Somebody pushed to the branch of pull request ${number} of ${product}.`,
      data: { number, head },
    });
  if (checks !== undefined) {
    const before = row.checks.filter((one) => one.aspect === aspect).map(({ aspect: _, ...check }) => check);
    if (!isDeepStrictEqual(before, checks)) {
      const of = (wanted: string) => checks.filter((one) => one.state === wanted).length;
      news.push({
        kind: 'pull-request.checked',
        ...about,
        text: `${which}: ${of('failed')} checks failed, ${of('waiting')} wait, ${of('passed')} passed.`,
        data: { number, aspect, checks },
      });
    }
  }
  const known = new Set(row.remarks.map(({ id }) => id));
  const fresh = remarks?.filter(({ id }) => !known.has(id)) ?? [];
  if (fresh.length > 0)
    news.push({
      kind: 'pull-request.remarked',
      ...about,
      text: `${which} has ${count(fresh.length, 'new remark')} of reviewers.`,
      data: { number, remarks: fresh },
    });
  return news;
}
