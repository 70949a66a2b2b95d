// What a pause does to a session that runs: it is stopped, and its objective keeps its place in the queue.
import type { NewEvent } from './events.ts';
import type { Journal } from './journal.ts';

/** @param why one sentence, kept with the objective. @returns nothing when no session is there to be stopped */
export function stopForPause(journal: Journal, product: string, why: string): NewEvent[] {
  const session = journal.liveSession(product);
  if (session === null || session.state === 'stopping') return [];
  return [
    {
      kind: 'session.stopping',
      product,
      objective: session.objective,
      text: `Stopping ${session.objective} on ${product}: ${why}`,
      data: { session: session.id, reason: why, outcome: 'requeued' },
    },
  ];
}
