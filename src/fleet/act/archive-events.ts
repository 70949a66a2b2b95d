// Events of objectives that were over long ago move into the archive, some at a time, with pauses: a year's take some minutes
// in which nothing else waits. Looked for at the start, and when an objective ends, once a day: an idle fleet does nothing.
import type { EventKind } from '../../journal/events.ts';
import type { FleetContext } from '../context.ts';
import { createRounds, type Rounds } from './rounds.ts';

const wakes = new Set<EventKind>(['objective.ended']);
const dayMs = 86_400_000;
const paceMs = 1_000;

export function archiveRounds(context: FleetContext): Rounds {
  const { journal, clock, tuning } = context;
  let nextMs = 0;
  async function round(): Promise<number | null> {
    const now = clock.nowMs();
    // A clock that was set back makes it wait no longer than a day.
    if (now < nextMs && nextMs <= now + dayMs) return null;
    if (journal.archiveSome(now - tuning.archiveAfterMs)) return paceMs;
    nextMs = now + dayMs;
    return null;
  }
  const rounds = createRounds(context, 'moving events into the archive', wakes, round, () => {});
  rounds.start();
  return rounds;
}
