// When something recurs. Only this file knows the cron library, and asks it nothing but "the next run after then":
// it never looks at a clock and never sets a timer, so that whoever holds the clock decides what time it is.
//
// A local time that a change of clocks skips runs at the moment the clocks are put forward to; one that comes twice
// runs once, the first time.
import { Cron } from 'croner';

export interface Calendar {
  /** five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA, e.g. `Europe/Berlin` */
  timeZone: string;
}

/** With the last question and its answer: the same is asked again and again until it comes true. */
const parsed = new Map<string, { cron: Cron; asked: number; answer: number | null }>();

function cronOf({ cron, timeZone }: Calendar): { cron: Cron; asked: number; answer: number | null } {
  const key = `${timeZone} ${cron}`;
  const known = parsed.get(key);
  if (known) return known;
  const made = {
    cron: new Cron(cron, { timezone: timeZone, paused: true }),
    asked: Number.NaN,
    answer: null,
  };
  // Bounded: what chat tries is not kept for ever.
  if (parsed.size > 1_000) parsed.clear();
  parsed.set(key, made);
  return made;
}

/** Whether it is five fields that some day fits. */
export function isCron(cron: string): boolean {
  if (cron.trim().split(/\s+/).length !== 5) return false;
  try {
    return nextRunMs({ cron, timeZone: 'UTC' }, Date.UTC(2024, 0, 1)) !== null;
  } catch {
    return false;
  }
}

export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** The first run after this time; null: none within years. */
export function nextRunMs(calendar: Calendar, afterMs: number): number | null {
  const known = cronOf(calendar);
  if (known.asked !== afterMs) {
    known.answer = known.cron.nextRun(new Date(afterMs))?.getTime() ?? null;
    known.asked = afterMs;
  }
  return known.answer;
}

/** The first `count` runs after this time. */
export function nextRunsMs(calendar: Calendar, count: number, afterMs: number): number[] {
  const runs: number[] = [];
  for (
    let at = nextRunMs(calendar, afterMs);
    at !== null && runs.length < count;
    at = nextRunMs(calendar, at)
  )
    runs.push(at);
  return runs;
}

const hourMs = 3_600_000;
const windows = [hourMs, 24 * hourMs, 14 * 24 * hourMs, 400 * 24 * hourMs, 5 * 366 * 24 * hourMs];

/**
 * The last run in (afterMs, untilMs]; null: none. Found by looking forward from ever longer ago: asking forward only
 * keeps what was due and what is next the same thing.
 */
export function lastRunMs(calendar: Calendar, afterMs: number, untilMs: number): number | null {
  for (const window of windows) {
    const fromMs = Math.max(afterMs, untilMs - window);
    let last: number | null = null;
    for (let at = nextRunMs(calendar, fromMs); at !== null && at <= untilMs; at = nextRunMs(calendar, at))
      last = at;
    if (last !== null || fromMs === afterMs) return last;
  }
  return null;
}
