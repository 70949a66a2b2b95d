// The report as a notice, at the time that products.yaml says, when anything has ended since the last one.
import type { EventKind, JournalEvent } from '../../journal/events.ts';
import { nextRunMs } from '../../registry/calendar.ts';
import { createRounds, type Rounds } from '../act/rounds.ts';
import type { FleetContext } from '../context.ts';
import { notice } from './notices.ts';
import { reportOf } from './report.ts';

/** setTimeout counts in 32 bits; and a machine that slept is noticed within the hour */
const longestTimerMs = 3_600_000;
const wakes = new Set<EventKind>(['objective.ended', 'registry.changed']);

export function sendReports(context: FleetContext): Rounds {
  const { journal, registry, clock } = context;

  async function round(): Promise<number | null> {
    const calendar = registry.current().report;
    if (calendar === null) return null;
    const lastMs = journal.notices.lastReportMs() ?? 0;
    const firstMs = journal.outcomes.firstEndMs(lastMs);
    const dueMs = firstMs === null ? null : nextRunMs(calendar, firstMs);
    if (firstMs === null || dueMs === null) return null;
    const now = clock.nowMs();
    if (dueMs > now) return Math.min(longestTimerMs, dueMs - now);
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
    return null;
  }

  const rounds = createRounds(context, 'sending the report', wakes, round, () => {});
  rounds.start();
  return rounds;
}
