// Pull requests as they are shown.
import { shorten } from '../../common/shorten.ts';
import type { PullRequestView } from '../../contract/pull-requests.ts';
import type { PullRequestRow } from '../../journal/pull-requests/store.ts';
import type { FleetContext } from '../context.ts';

/** The rest is on its page. */
const shownRemarks = 20;
const remarkCharacters = 1_000;

export function pullRequestView(
  { watchWaits }: Pick<FleetContext, 'watchWaits'>,
  { product, number, url, state, checks, remarks }: PullRequestRow,
): PullRequestView {
  const wait = state === 'open' ? watchWaits.get(product) : undefined;
  return {
    ...{ number, url, state },
    checks: checks.map(({ aspect: _, ...check }) => check),
    remarks: remarks
      .slice(-shownRemarks)
      .map((remark) => ({ ...remark, text: shorten(remark.text, remarkCharacters) })),
    unseen: wait ? `${wait.error.message} Tried again at ${new Date(wait.untilMs).toISOString()}.` : null,
  };
}
