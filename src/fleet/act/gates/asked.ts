// What a mail asks a human, seen in its thread: a reply where a human has answered is a message, unless it asks anew.
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { FleetContext } from '../../context.ts';
import { type Asked, asksAnew, questionOf } from './question.ts';

/** null: this mail asks no human anything. */
export function askedIn(
  { journal }: Pick<FleetContext, 'journal'>,
  product: string,
  mail: Mail,
): Asked | null {
  const asked = questionOf(mail);
  if (asked === null || mail.threadId === null) return asked;
  return journal.gates.isAnsweredThread(product, mail.threadId) && !asksAnew(mail) ? null : asked;
}
