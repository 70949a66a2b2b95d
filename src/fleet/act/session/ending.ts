// What is recorded when a session has stopped, and what becomes of its objective.
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import { settled } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { objectiveEnded, requeued } from '../../../journal/objective-facts.ts';
import { sessionEnded } from '../../../journal/session-facts.ts';
import type { FleetContext } from '../../context.ts';
import { isFinalMail, isRunComplete } from '../../observe/reconcile.ts';
import { finalMailOf } from '../direct/workers.ts';
import { pauseAction } from './announce-pause.ts';
import type { Outcome } from './outcome.ts';
import { restartOf } from './restart.ts';

/** The action of stopping it. */
export const stopAction = (session: number): string => `stop-${session}`;

/** All facts of the end, to be recorded together. where: sentences on where its work is. */
export function ending(
  context: FleetContext,
  session: SessionRow,
  { parked, ...outcome }: Outcome,
  { processes, where: goes }: { processes: string[]; where: (string | null)[] },
): NewEvent[] {
  const where = goes.map((sentence) => (sentence === null ? '' : ` ${sentence}`)).join('');
  const why = session.stopReason ?? 'stopped';
  const leftovers = [...processes.map((one) => `process ${one}`), ...parked.map((one) => `branch ${one}`)];
  const alive = processes.length > 0 ? ` ${processes.length} of its processes are still alive.` : '';
  const stopped = stopAction(session.id);
  const events: NewEvent[] = [];
  if (context.journal.action(stopped)?.state === 'intended')
    events.push(
      settled(
        session,
        session.direct === null
          ? `The coordinator of ${session.product} is stopped, and those who worked for it.`
          : `The ${session.direct} of ${session.product} is stopped.`,
        stopped,
        'done',
      ),
    );
  events.push(sessionEnded(session, `ended: ${why}${alive}`, { why, leftovers, ...outcome }));
  const objective = context.journal.objective(session.objective);
  if (objective === null || !['starting', 'running'].includes(objective.state)) return events;
  const completed = completedAtPause(context, session);
  if (completed !== null) {
    events.push(
      objectiveEnded(session, 'done', `Completed while it was being paused. ${why}${where}`, {
        result: completed.body,
        text: `${session.objective} on ${session.product} is done: it was completed while it was being paused.${where}`,
      }),
    );
  } else if (session.outcome === 'requeued') {
    const deaf = context.journal.action(pauseAction(session.id))?.result?.deaf === true;
    const note = deaf ? ' Its coordinator did not hear of it: it was stopped in the middle of its turn.' : '';
    events.push(requeued(session, `${why}${note}`));
  } else {
    const restart = restartOf(context, session, why);
    if (restart !== null && 'event' in restart) return [...events, restart.event];
    const end = session.outcome ?? 'cancelled';
    const refused = restart === null ? '' : ` ${restart.refused}`;
    events.push(
      objectiveEnded(session, end, `${why}${refused}${where}`, { result: lastWords(context, session) }),
    );
  }
  return events;
}

/** A coordinator that was told of a pause may have been at its very end: there is nothing left to resume. */
export function completedAtPause({ journal }: FleetContext, session: SessionRow): Mail | null {
  if (session.outcome !== 'requeued' || journal.action(pauseAction(session.id)) === null) return null;
  const since = journal
    .mail(session.product, 20)
    .filter((mail) => Date.parse(mail.createdAt) >= session.startingAtMs - 1_000);
  return since.find((mail) => isRunComplete(mail, session.objective)) ?? null;
}

/** The body of the final mail of a session that got done; null: none came. */
export const finalReport = (context: FleetContext, session: SessionRow): string | null =>
  completedAtPause(context, session)?.body ?? lastWords(context, session);

/** All that its workers ended with, oldest first: a scout sends its findings, and then that it is done. */
function directReport(journal: FleetContext['journal'], session: SessionRow): string | null {
  const bodies = finalMailOf(journal, session).map(({ body }) => body);
  return bodies.length === 0 ? null : [...new Set(bodies.reverse())].join('\n\n');
}

/**
 * The body of the session's final mail, which is its result; of one that did not get done, what its coordinator last said
 * keeps it from that: git's words, a hook's.
 */
function lastWords({ journal }: FleetContext, session: SessionRow): string | null {
  if (session.direct !== null) return directReport(journal, session);
  const latest = journal.mail(session.product, 20);
  if (session.outcome === 'done') return latest.find((mail) => isFinalMail(mail, session))?.body ?? null;
  const ours = ({ from, type, createdAt }: Mail): boolean =>
    from === 'coordinator' && type === 'error' && Date.parse(createdAt) >= session.startingAtMs - 1_000;
  return latest.find(ours)?.body ?? null;
}
