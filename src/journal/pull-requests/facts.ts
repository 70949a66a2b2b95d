// Facts about pull requests that are recorded in more than one place.
import type { NewEvent } from '../events.ts';
import type { PullRequestRow } from './store.ts';

/** Of where its branch stands: once for each commit. */
export const checksFailed = (
  { product, objective, number, head }: PullRequestRow,
  sentBack: boolean,
): NewEvent => ({
  kind: 'pull-request.failed',
  product,
  objective,
  text: `Checks of pull request ${number} of ${product} failed: ${sentBack ? `the work of ${objective} is sent back` : 'you are asked'}.`,
  data: { number, head, sentBack },
});
