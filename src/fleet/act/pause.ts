// What a pause does to a session that runs: its coordinator is told, it is stopped, and its objective keeps its place
// in the queue.
import { intended } from '../../journal/action-facts.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { Journal } from '../../journal/journal.ts';
import { stopping } from '../../journal/session-facts.ts';
import { pauseAction } from './session/announce-pause.ts';

/** @param why one sentence, kept with the objective. @returns nothing when no session is there to be stopped */
export function stopForPause(journal: Journal, product: string, why: string): NewEvent[] {
  const session = journal.liveSession(product);
  if (session === null || session.state === 'stopping') return [];
  const events = [stopping(session, why, 'requeued')];
  // One that has not been given its objective has nothing to say.
  if (session.state === 'running' && journal.hasDispatched(session.id))
    events.push(
      intended(session, `The coordinator of ${product} is to be told of the pause.`, {
        action: pauseAction(session.id),
        kind: 'session.pause',
        session: session.id,
        // From here on nobody else may send to it: the number is free.
        args: { number: (journal.objective(session.objective)?.messages ?? 0) + 1 },
      }),
    );
  return events;
}
