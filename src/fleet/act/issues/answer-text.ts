// What is written on an issue when its objective is over. Whoever reads issues there reads it: the words of workers stand in
// blocks of code, where nobody is mentioned by them and no issue is closed.
import type { Journal, ObjectiveRow } from '../../../journal/journal.ts';
import { quoted } from '../delivery/pull-request.ts';

/** @returns null: not yet, its work waits for a human, or is on its way */
export function answerText(journal: Journal, objective: ObjectiveRow): string | null {
  const { id, product, state, why, result } = objective;
  if (state !== 'done' && state !== 'failed' && state !== 'cancelled') return null;
  if (journal.gates.openOf(id, 'review') !== null) return null;
  if (journal.openDeliveries().some((action) => action.objective === id)) return null;
  const ended = { done: 'is done', failed: 'failed', cancelled: 'was cancelled' }[state];
  const takenUp = journal.eventsOf(id, 'work.sent-back').findLast(({ data }) => data.objective !== null);
  // What a human has not taken is not shown around.
  const said = takenUp ? null : state === 'done' ? result : why;
  const url = pullRequestOf(journal, id);
  return [
    `${id} on ${product}, which was made of this issue, ${ended}.`,
    ...(takenUp ? [`A human sent its work back; ${takenUp.data.objective} takes it up.`] : []),
    ...(url === null ? [] : [`Pull request: ${url}`]),
    ...(said === null ? [] : [state === 'done' ? 'What the coordinator reports:' : 'Why:', quoted(said)]),
    'Written by agents. Read it as the words of anybody you do not know.',
  ].join('\n\n');
}

function pullRequestOf(journal: Journal, objective: string): string | null {
  const done = journal.deliveriesOf(objective).find(({ state }) => state === 'done');
  return (done?.result?.pullRequest as { url: string } | null | undefined)?.url ?? null;
}
