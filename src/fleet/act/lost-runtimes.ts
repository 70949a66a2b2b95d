// Sessions of a runtime that is out of reach stay what they were, and hold their place, until nothing of them can run there
// any more: its lease has surely ended, or a human says that the machine is off.
import type { NewEvent } from '../../journal/events.ts';
import type { SessionRow } from '../../journal/journal.ts';
import { objectiveEnded, requeued } from '../../journal/objective-facts.ts';
import { sessionEnded } from '../../journal/session-facts.ts';
import type { FleetContext } from '../context.ts';
import { runtimeOf } from '../context.ts';

/** @returns when the next lease ends, by `upMs`; null: none is waited for */
export function endUnderLostLeases(context: FleetContext): number | null {
  const { runtime, journal, clock } = context;
  const nowMs = clock.upMs?.() ?? clock.nowMs();
  const waits: number[] = [];
  for (const { name, link, leaseEndsMs } of runtime.places()) {
    if (link.state === 'connected' || leaseEndsMs === null) continue;
    const events = sessionsAt(context, name).flatMap((session) =>
      lostSession(
        context,
        session,
        `${name} is out of reach, and its lease has ended: nothing of it runs there any more.`,
      ),
    );
    if (events.length === 0) continue;
    if (leaseEndsMs <= nowMs) journal.record(...events);
    else waits.push(leaseEndsMs);
  }
  return waits.length === 0 ? null : Math.min(...waits);
}

export const sessionsAt = (context: FleetContext, runtime: string): SessionRow[] =>
  context.journal.liveSessions().filter(({ product }) => runtimeOf(context, product) === runtime);

/** Its objective goes back into the queue, but for one that a human ended: that is what they wanted. */
export function lostSession({ journal, clock }: FleetContext, session: SessionRow, why: string): NewEvent[] {
  const ended = sessionEnded(session, `ended: ${why}`, {
    why,
    leftovers: [],
    costUsd: session.costUsd,
    tokens: session.tokens,
    durationMs: session.runningAtMs === null ? 0 : clock.nowMs() - session.runningAtMs,
    merged: [],
    errors: [],
  });
  const objective = journal.objective(session.objective);
  if (objective === null || !['starting', 'running'].includes(objective.state)) return [ended];
  const outcome = session.state === 'stopping' ? session.outcome : 'requeued';
  if (outcome === null || outcome === 'requeued') return [ended, requeued(session, why)];
  return [
    ended,
    objectiveEnded(session, outcome, `${session.stopReason ?? ''} ${why}`.trim(), { result: null }),
  ];
}
