// The facts about pull requests that are watched.
import type { Check, Remark } from '../../contract/pull-requests.ts';

export interface PullRequestEvents {
  /** It is open, with this commit on its branch: watched from here on. */
  'pull-request.delivered': { number: number; url: string; head: string };
  /** Somebody else has pushed to its branch: what was known of its checks is of before. */
  'pull-request.moved': { number: number; head: string };
  /** All checks that one aspect of the forge knows. */
  'pull-request.checked': { number: number; aspect: string; checks: Check[] };
  /** Those that are new. */
  'pull-request.remarked': { number: number; remarks: Remark[] };
  /** Its failed checks were put before a human, or sent back: once for each commit. */
  'pull-request.failed': { number: number; head: string; sentBack: boolean };
  /** Watched no more. */
  'pull-request.ended': { number: number; state: 'merged' | 'closed' };
}
