// Facts about recurring work that are written from several places.
import type { Recurrence } from '../../registry/registry.ts';
import type { NewEvent } from '../events.ts';
import type { RecurringEvents } from './events.ts';
import { calendarKey } from './store.ts';

/** @param says  goes on after the names: `run now: obj-7 is queued.` */
export const recurringDue = (
  product: string,
  says: string,
  data: RecurringEvents['recurring.due'],
): NewEvent => ({
  kind: 'recurring.due',
  product,
  objective: data.objective ?? undefined,
  text: `${data.name} on ${product}, ${says}`,
  data,
});

/** One of products.yaml that is new, or has another calendar: its runs count from here. */
export const recurringSeen = (recurrence: Recurrence): NewEvent => ({
  kind: 'recurring.seen',
  product: recurrence.product,
  text: `${recurrence.name} on ${recurrence.product} recurs: ${recurrence.cron} (${recurrence.timeZone}).`,
  data: { name: recurrence.name, calendar: calendarKey(recurrence) },
});
