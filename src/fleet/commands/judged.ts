// What a human last said of what an objective made, and who may say it.
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import type { Journal, ObjectiveRow } from '../../journal/journal.ts';
import type { FleetContext } from '../context.ts';
import { requireApprover } from './human-only.ts';

export type Surface = 'gateway' | 'operator';

export const whoSays = ({ sender, via }: Source): string => sender ?? via;

export const refusal = (code: ErrorCode, product: string, message: string, mend: string): FleetError =>
  new FleetError({ code, product, message, mend });

/** @throws FleetError HUMAN_ONLY, NOT_APPROVER, GATE_SURFACE */
export function judgedByHuman(
  context: FleetContext,
  objective: ObjectiveRow,
  verb: string,
  source: Source,
  surface: Surface,
): ObjectiveRow {
  const { id, product } = objective;
  const asked = {
    what: `What ${id} made can be accepted, sent back or reverted`,
    tell: 'what it made',
    words: `/fleet ${verb} ${id}`,
  };
  requireApprover(context, product, asked, source, surface);
  return objective;
}

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
