// Events of objectives that were over long ago move into the archive, some at a time, with pauses: a year's take some minutes
// in which nothing else waits.
import type { FleetContext } from '../context.ts';
import { createRounds, type Rounds } from './rounds.ts';

const dayMs = 86_400_000;
const paceMs = 1_000;
/** What starts has the journal for itself. */
const firstMs = 60_000;

export function archiveRounds(context: FleetContext): Rounds {
  const { journal, clock, tuning } = context;
  let begun = false;
  const rounds = createRounds(
    context,
    'moving events into the archive',
    new Set(),
    async () => {
      if (begun) return journal.archiveSome(clock.nowMs() - tuning.archiveAfterMs) ? paceMs : dayMs;
      begun = true;
      return firstMs;
    },
    () => {},
  );
  rounds.start();
  return rounds;
}
