// The report as a notice, at the time that products.yaml says, when anything has ended since the last one.
import { FleetError } from '../../common/errors.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { nextRunMs } from '../../registry/calendar.ts';
import type { FleetContext } from '../context.ts';
import { notice } from './notices.ts';
import { reportOf } from './report.ts';

/** setTimeout counts in 32 bits; and a machine that slept is noticed within the hour */
const longestTimerMs = 3_600_000;

export function sendReports(context: Pick<FleetContext, 'journal' | 'registry' | 'clock' | 'log'>) {
  const { journal, registry, clock, log } = context;
  let cancelTimer: () => void = () => {};
  let closed = false;

  function look(): void {
    cancelTimer();
    cancelTimer = () => {};
    const calendar = registry.current().report;
    if (closed || calendar === null || !journal.isOpen()) return;
    const lastMs = journal.notices.lastReportMs() ?? 0;
    const firstMs = journal.outcomes.firstEndMs(lastMs);
    const dueMs = firstMs === null ? null : nextRunMs(calendar, firstMs);
    if (firstMs === null || dueMs === null) return;
    const now = clock.nowMs();
    if (dueMs > now) {
      cancelTimer = clock.after(Math.min(longestTimerMs, dueMs - now), look);
      return;
    }
    try {
      // The first one covers what there is, not the years before it.
      const fromMs = Math.max(lastMs, firstMs - 86_400_000);
      const cause = { seq: journal.lastSeq(), product: null, objective: null } as JournalEvent;
      journal.record(
        notice(context, cause, {
          kind: 'report',
          severity: 'error',
          text: ['What was since the last report:', ...reportOf(context, fromMs, now).lines].join('\n'),
        }),
      );
    } catch (error) {
      log.error({ err: FleetError.wrap(error) }, 'the report could not be sent');
      cancelTimer = clock.after(longestTimerMs, look);
    }
  }

  const unsubscribe = journal.onRecorded((events) => {
    if (events.some(({ kind }) => kind === 'objective.ended')) look();
  });
  look();

  return {
    /** products.yaml was read again. */
    look,
    close(): void {
      closed = true;
      cancelTimer();
      unsubscribe();
    },
  };
}
