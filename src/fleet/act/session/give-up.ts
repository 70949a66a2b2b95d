// A start that did not come to anything: what is recorded of it, and whether it is tried again.
import { type FleetError, inOneLine } from '../../../common/errors.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { objectiveEnded, requeued } from '../../../journal/objective-facts.ts';
import { sessionEnded } from '../../../journal/session-facts.ts';
import type { FleetContext } from '../../context.ts';

export const isStarting = (context: FleetContext, session: SessionRow): boolean => {
  const now = context.journal.liveSession(session.product);
  return now?.id === session.id && now.state === 'starting';
};

/** A session that never ran has made nothing. */
const nothing = { durationMs: 0, merged: [], errors: [] };

export function giveUp(context: FleetContext, session: SessionRow, cause: FleetError, final: boolean): false {
  const { journal, clock, tuning } = context;
  const attempts = journal.objective(session.objective)?.attempts ?? 1;
  const retryAfterMs = tuning.startRetryMs[attempts - 1];
  const why = inOneLine(cause);
  journal.record(
    sessionEnded(session, `did not start: ${cause.message}`, {
      why,
      leftovers: [],
      costUsd: null,
      ...nothing,
    }),
    final || retryAfterMs === undefined
      ? objectiveEnded(session, 'failed', why, {
          text: `${session.objective} failed: ${cause.message} ${cause.mend}`,
        })
      : requeued(session, why, {
          text: `${session.objective} will be tried again in ${Math.round(retryAfterMs / 1000)} s: ${cause.message}`,
          notBeforeMs: clock.nowMs() + retryAfterMs,
          error: cause.toJSON(),
        }),
  );
  return false;
}
