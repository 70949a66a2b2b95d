// Facts about accounts that are recorded in more than one place.
import type { EventData, NewEvent } from '../events.ts';

/** @param how  `is open again: why`, `was opened by whom` */
export const accountOpened = (
  account: string,
  how: string,
  by: EventData['account.opened']['by'],
  { source = null, product }: { source?: EventData['account.opened']['source']; product?: string } = {},
): NewEvent => ({
  kind: 'account.opened',
  product,
  text: `Account ${account} ${how}. Those that wait are woken one after the other, and the queue goes on.`,
  data: { account, by, source },
});

/** @param says  what shows it: `stands at …`, `waits for …` */
export const sessionLimited = (
  { id, product, objective }: { id: number; product: string; objective: string },
  says: string,
  data: Omit<EventData['session.limited'], 'session'>,
): NewEvent => ({
  kind: 'session.limited',
  product,
  objective,
  text: `${objective} on ${product} ${says}.`,
  data: { session: id, ...data },
});
