// The fact that a session is to be stopped, by whoever wants it: from then on the driver stops it.
import type { NewEvent, SessionOutcome } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';

/** @param reason one sentence, kept with the session. @param outcome what becomes of its objective */
export const stopping = (
  { id, product, objective }: SessionRow,
  reason: string,
  outcome: SessionOutcome,
): NewEvent => ({
  kind: 'session.stopping',
  product,
  objective,
  text: `Stopping ${objective} on ${product}: ${reason}`,
  data: { session: id, reason, outcome },
});
