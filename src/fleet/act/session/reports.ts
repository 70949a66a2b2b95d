// What a session's workers told those who sent them, kept with its end: whether tests passed is only ever said there, in words.
// overstory records no test result, and names no field for one; so nothing is read out of these words. Asked for once, when
// the session is over; what cannot be had then is left out.
import { FleetError } from '../../../common/errors.ts';
import { shorten } from '../../../common/shorten.ts';
import { count } from '../../../common/units.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { FleetContext } from '../../context.ts';

/** With which workers end, or hand work on; a reviewer's verdict is a result. */
const types = ['worker_done', 'merge_ready', 'result'];
/** Of one session, the newest. All of them are one event, which is no longer than any other (256 KiB). */
const mostReports = 30;
const textCharacters = 2_000;
/** Rows are written by another clock than ours. */
const slackMs = 1_000;

/** @returns the fact, to be recorded with the end; none where nobody reported */
export async function reportsOf(
  { runtime, log }: FleetContext,
  product: ProductRef,
  session: SessionRow,
): Promise<NewEvent[]> {
  const told = async (type: string): Promise<Mail[]> => {
    try {
      return (await runtime.ov(product, 'mail.list', { type })).messages;
    } catch (thrown) {
      log.info({ product: product.name, err: FleetError.wrap(thrown) }, `no mail of type ${type}`);
      return [];
    }
  };
  const all = (await Promise.all(types.map(told)))
    .flat()
    .filter(
      ({ from, to, createdAt }) =>
        from !== 'coordinator' &&
        to !== 'operator' &&
        Date.parse(createdAt) >= session.startingAtMs - slackMs,
    )
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  if (all.length === 0) return [];
  const reports = all.slice(-mostReports).map(({ from, type, subject, body, createdAt }) => ({
    agent: shorten(from, 100),
    type,
    subject: shorten(subject, 300),
    text: shorten(body, textCharacters),
    at: createdAt,
  }));
  return [
    {
      kind: 'session.reported',
      product: session.product,
      objective: session.objective,
      text: `${count(all.length, 'report')} of workers of ${session.objective} on ${session.product}.`,
      data: { session: session.id, reports, more: all.length - reports.length },
    },
  ];
}
