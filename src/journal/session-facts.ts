// Facts about sessions that are recorded in more than one place: one sentence for each, made here.
import type { NewEvent, SessionOutcome } from './events.ts';
import type { SessionRow } from './sessions.ts';

/**
 * The session is to be stopped, by whoever wants it: from then on the driver stops it.
 * @param reason  one sentence, kept with the session
 * @param outcome what becomes of its objective
 * @param code    of the error that it could not go on for, where there was one
 */
export const stopping = (
  { id, product, objective }: SessionRow,
  reason: string,
  outcome: SessionOutcome,
  code?: string,
): NewEvent => ({
  kind: 'session.stopping',
  product,
  objective,
  text: `Stopping ${objective} on ${product}: ${reason}`,
  data: { session: id, reason, outcome, ...(code === undefined ? {} : { code }) },
});
