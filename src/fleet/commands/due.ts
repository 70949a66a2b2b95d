// What is due now: pure.
import { type Calendar, lastRunMs, nextRunMs } from '../../registry/calendar.ts';

export interface Due {
  /** the run that is due: the latest one; those before it were missed */
  dueMs: number;
  missed: number;
  /** later than a run that somebody was there for */
  late: boolean;
}

/** A run this late is one that nobody was there for. A timer is late by milliseconds, a slept-through one by minutes. */
const onTimeMs = 15 * 60_000;
/** A last run further ahead than this was dealt with by a clock that was wrong; a change of clocks is an hour. */
const impossiblyAheadMs = 36 * 3_600_000;
/** Missed runs are counted up to here: counting each minute of a month would take too long. */
const countedMost = 100;

/** From when on runs are open. */
export function anchorMs(lastDueMs: number, nowMs: number): number {
  return lastDueMs - nowMs > impossiblyAheadMs ? nowMs : lastDueMs;
}

/** @param lastDueMs up to here all is dealt with; ahead of now when the clock was put back: then nothing is due */
export function dueOf(calendar: Calendar, lastDueMs: number, nowMs: number): Due | null {
  const fromMs = anchorMs(lastDueMs, nowMs);
  const nextMs = nextRunMs(calendar, fromMs);
  if (nextMs === null || nextMs > nowMs) return null;
  const dueMs = lastRunMs(calendar, fromMs, nowMs);
  if (dueMs === null) return null;
  let missed = 0;
  for (
    let at = nextRunMs(calendar, fromMs);
    at !== null && at < dueMs && missed < countedMost;
    at = nextRunMs(calendar, at)
  )
    missed += 1;
  return { dueMs, missed, late: nowMs - dueMs > onTimeMs };
}
