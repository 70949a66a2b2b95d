// What a human last said of what an objective made.
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Journal } from '../../journal/journal.ts';

const verdicts = {
  'work.accepted': 'accepted',
  'work.sent-back': 'sent-back',
  'work.reverted': 'reverted',
} as const;

/** Absent: nothing yet. */
export function judgedOf(journal: Journal, objective: string): ObjectiveView['judged'] {
  const last = [
    ...journal.eventsOf(objective, 'work.accepted'),
    ...journal.eventsOf(objective, 'work.sent-back'),
    ...journal.eventsOf(objective, 'work.reverted'),
  ]
    .sort((a, b) => a.seq - b.seq)
    .at(-1);
  if (last === undefined) return undefined;
  const { source, says } = last.data;
  return {
    verdict: verdicts[last.kind],
    by: source.sender ?? source.via,
    at: new Date(last.atMs).toISOString(),
    says,
    next: last.kind === 'work.sent-back' ? last.data.objective : null,
  };
}
