// Makes objectives of what is due. One timer for the nearest run, and none where nothing recurs.
import { FleetError } from '../../common/errors.ts';
import type { EventKind } from '../../journal/events.ts';
import type { SkipReason } from '../../journal/recurring/events.ts';
import { recurringDue, recurringSeen } from '../../journal/recurring/facts.ts';
import { calendarKey, type Recurring } from '../../journal/recurring/store.ts';
import { nextRunMs } from '../../registry/calendar.ts';
import { createRounds, type Rounds } from '../act/rounds.ts';
import type { FleetContext } from '../context.ts';
import { anchorMs, type Due, dueOf } from './due.ts';
import type { Commands } from './objectives.ts';

/** A timer does not notice that the clock was put forward or the machine slept: this is how late a run may be then. */
const longestTimerMs = 10 * 60_000;
/** Of its last run: until that is over it does not run again. */
export const openStates: ReadonlySet<string> = new Set(['queued', 'starting', 'running']);
const wakes = new Set<EventKind>([
  'recurring.set',
  'recurring.paused',
  'recurring.resumed',
  'registry.changed',
  'clock.jumped',
]);

export function recurringRounds(context: FleetContext, commands: Pick<Commands, 'start'>): Rounds {
  const { journal, registry, clock } = context;
  const store = journal.recurring;

  async function round(): Promise<number | null> {
    noteNew();
    const now = clock.nowMs();
    for (const recurring of active()) {
      const due = dueOf(recurring.recurrence, recurring.row.lastDueMs, now);
      if (due !== null) run(recurring, due);
    }
    const times = active().flatMap(
      ({ recurrence, row }) => nextRunMs(recurrence, anchorMs(row.lastDueMs, now)) ?? [],
    );
    if (times.length === 0) return null;
    return Math.min(longestTimerMs, Math.max(1_000, Math.min(...times) - now));
  }

  function active(): (Recurring & { row: NonNullable<Recurring['row']> })[] {
    return store
      .all(registry.current())
      .flatMap(({ row, ...rest }) => (row === null || row.pausedMs !== null ? [] : [{ ...rest, row }]));
  }

  /** What products.yaml has anew, or at other times, counts from now. */
  function noteNew(): void {
    for (const { recurrence, row } of store.all(registry.current())) {
      const calendar = calendarKey(recurrence);
      if (row?.recurrence || row?.calendar === calendar) continue;
      journal.record(recurringSeen(recurrence));
    }
  }

  function run(
    { recurrence, source, row }: Recurring & { row: NonNullable<Recurring['row']> },
    due: Due,
  ): void {
    const { name, product } = recurrence;
    const last = row.lastObjective === null ? null : journal.objective(row.lastObjective);
    // Queued before a crash, and not recorded yet: it is this very run, not one before it.
    const key = `recurring ${name} ${due.dueMs}`;
    const missed = due.missed > 0 ? ` ${due.missed} before it were missed.` : '';
    const record = (objective: string | null, skipped: SkipReason | null, text: string) => {
      const said = `due ${new Date(due.dueMs).toISOString()}: ${text}${missed}`;
      journal.record(
        recurringDue(product, said, { name, dueMs: due.dueMs, objective, skipped, missed: due.missed }),
      );
    };
    const skip =
      last !== null && openStates.has(last.state)
        ? { reason: 'overlap' as const, told: `skipped, ${last.id} is still ${last.state}.` }
        : due.late && recurrence.missed === 'skip'
          ? { reason: 'late' as const, told: 'skipped, it is too late for it.' }
          : null;
    if (skip !== null) {
      record(null, skip.reason, skip.told);
      return;
    }
    try {
      const { id } = commands.start({
        product,
        text: recurrence.text,
        acceptance: recurrence.acceptance,
        needs: [],
        source,
        idempotencyKey: key,
      });
      record(id, null, `${id} is queued.`);
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product);
      if (error.class === 'unavailable' || error.class === 'internal') throw error;
      record(null, 'refused', `skipped, it was refused. ${error.message} ${error.mend}`);
    }
  }

  const rounds = createRounds(context, 'looking at recurring work', wakes, round, () => {});
  rounds.start();
  return rounds;
}
