// What failed checks of a pull request do, once none of them waits any more: what `deliver.on_failed_checks` says. Asked about
// or sent back once for each commit; by itself at most so often as the product says, then a human is asked.
import { FleetError } from '../../common/errors.ts';
import { count } from '../../common/units.ts';
import type { Journal } from '../../journal/journal.ts';
import { checksFailed } from '../../journal/pull-requests/facts.ts';
import type { PullRequestRow } from '../../journal/pull-requests/store.ts';
import { raiseGate } from '../act/gates/raise.ts';
import { type FleetContext, productOf } from '../context.ts';
import { saidOnForge } from '../observe/said-on-forge.ts';
import { judgedOf } from './judged.ts';
import type { Judgement } from './judgement.ts';

const underWay = new Set(['queued', 'starting', 'running']);

/** Told of each pull request that has been looked at all round, and stands. */
export function onFailedChecks(context: FleetContext, judgement: Pick<Judgement, 'sendBackForChecks'>) {
  const { journal, log } = context;
  return (row: PullRequestRow): void => {
    const { product, objective, number, head, checks } = row;
    const policy = productOf(context, product)?.deliver?.onFailedChecks;
    const failed = checks.filter(({ state }) => state === 'failed').length;
    if (!policy || failed === 0 || checks.some(({ state }) => state === 'waiting')) return;
    if (row.failedHead === head || isTakenUp(journal, objective)) return;
    if (policy.does === 'rework' && row.reworks < policy.most)
      try {
        const thread = journal.objective(objective)?.source.thread ?? null;
        judgement.sendBackForChecks(row, { via: 'fleet', sender: null, thread });
        return;
      } catch (thrown) {
        const error = FleetError.wrap(thrown, product);
        if (error.class === 'internal') throw error;
        // Looked at again with the next round: a queue that is full has room then.
        log.warn({ product, code: error.code }, `${objective} is not sent back: ${error.message}`);
        return;
      }
    const before = row.reworks === 0 ? '' : ` It was sent back ${row.reworks} times already.`;
    journal.record(
      checksFailed(row, false),
      ...raiseGate(journal, {
        product,
        objective,
        kind: 'checks',
        severity: 'error',
        subject: `${count(failed, 'check')} of pull request ${number} failed (${objective} on ${product}).${before}`,
        text: saidOnForge(journal, objective).join('\n'),
      }),
    );
  };
}

/** By a human's word or by this; or what it made is gone. */
function isTakenUp(journal: Journal, objective: string): boolean {
  if (judgedOf(journal, objective)?.verdict === 'reverted') return true;
  return journal
    .eventsOf(objective, 'work.sent-back')
    .some(({ data }) => underWay.has(journal.objective(data.objective ?? '')?.state ?? ''));
}
