// Self-healing: whether a session that ended by itself is followed by another one. The objective waits again, as after
// a requeue, and comes through the same door: queue, budgets and pauses hold for it as for any other.

import { traitsOf } from '../../../common/error-catalogue.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { requeued } from '../../../journal/objective-facts.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { isRunComplete } from '../../observe/reconcile.ts';

type Context = Pick<FleetContext, 'journal' | 'registry' | 'clock'>;

/** Restarts of the product within its window, the oldest first; and what its policy is. */
export function restartsOf({ journal, clock }: Context, product: string, windowMs: number): number {
  const since = clock.nowMs() - windowMs;
  return journal.restartsSince(product, since);
}

export type Restart = { event: NewEvent } | { refused: string } | null;

/** Null: its policy says nothing of this end. refused: it would have been restarted, but has been too often. */
export function restartOf(context: Context, session: SessionRow, why: string): Restart {
  const product = productOf(context, session.product);
  if (product === null || product.restart.policy === 'never') return null;
  const { policy, max, windowMs, backoffMs } = product.restart;
  const failed = session.outcome === 'failed' && traitsOf(codeOf(context, session)).startsAgain !== false;
  const unsaid =
    session.direct === null &&
    policy === 'always' &&
    session.outcome === 'done' &&
    !saidComplete(context, session);
  if (!failed && !unsaid) return null;
  const before = restartsOf(context, product.name, windowMs);
  const window = `${Math.round(windowMs / 60_000)} min`;
  if (before >= max)
    return { refused: `It has been restarted ${before} times within ${window}, and is left to you now.` };
  const waitMs = Math.min(windowMs, backoffMs * 2 ** before);
  const text = `${session.objective} on ${product.name} is restarted in ${Math.round(waitMs / 1000)} s (${before + 1} of ${max} within ${window}): ${why}`;
  return {
    event: requeued(session, why, {
      text,
      notBeforeMs: context.clock.nowMs() + waitMs,
      restart: true,
    }),
  };
}

/** Of the error that it could not go on for; empty: it ended otherwise. */
const codeOf = ({ journal }: Context, { id, objective }: SessionRow): string =>
  journal.eventsOf(objective, 'session.stopping').findLast(({ data }) => data.session === id)?.data.code ??
  '';

function saidComplete({ journal }: Context, session: SessionRow): boolean {
  return journal
    .mail(session.product, 20)
    .some(
      (mail) =>
        Date.parse(mail.createdAt) >= session.startingAtMs - 1_000 && isRunComplete(mail, session.objective),
    );
}
