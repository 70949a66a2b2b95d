// When something recurs. Only this file knows the cron library, and asks it nothing but "the next time after then" of
// clocks that are never changed: it never looks at a clock and never sets a timer, so that whoever holds the clock
// decides what time it is. What a change of clocks does to a run is decided here:
//
// - A local time that is skipped runs as much later as was skipped: 02:30 at 03:30 when 02:00 becomes 03:00, and once
//   when that is a time of the pattern too.
// - A local time that comes twice runs once, the first time.
// - But a pattern that has the hour before, this one and the next goes on and runs both times: `*` as the hour is
//   hourly or shorter, and would be silent for an hour.
//
// A day field that excludes no day (`*`, `?`, `*/1`, `1-31`, `0-6`) is no condition. With two conditions a day has to
// fit one of them, as in every cron: "0 9 1 * 1" is the first of each month and every Monday.
import { Cron } from 'croner';
import { aheadMs, changeBefore, changeOnTheWay } from './wall-clock.ts';

export interface Calendar {
  /** five fields: minute, hour, day of month, month, day of week */
  cron: string;
  /** IANA, e.g. `Europe/Berlin` */
  timeZone: string;
}

interface Parsed {
  /** The first wall time of the pattern at or after this one, both as `wall-clock.ts` has them; null: none within years. */
  wallFrom(wallMs: number): number | null;
  /** Whether it runs in the hour of this wall time, the one before and the one after. */
  goesOn(wallMs: number): boolean;
  /** the last question and its answer: the same is asked again and again until it comes true */
  asked: number;
  answer: number | null;
}

const parsed = new Map<string, Parsed>();

const minuteMs = 60_000;
const hourMs = 3_600_000;

const onWalls = (cron: string): Cron => new Cron(cron, { timezone: 'UTC', paused: true });
/** The library looks at whole seconds after the one it is given. */
const firstFrom = (cron: Cron, wallMs: number): number | null =>
  cron.nextRun(new Date(wallMs - 1_000))?.getTime() ?? null;

/** Those of `of` steps from a January's first midnight on which the pattern runs. */
function stepsOf(cron: string, stepMs: number, of: number): Set<number> {
  const january = Date.UTC(2024, 0, 1);
  const runs = onWalls(cron).nextRuns(of, new Date(january - 1_000));
  return new Set(runs.map((run) => (run.getTime() - january) / stepMs).filter((step) => step < of));
}

function parse(cron: string): Parsed {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/);
  const days = 31;
  const any = (only: string) => stepsOf(only, 24 * hourMs, days).size === days;
  // Of one day field alone it makes no difference how it says "any day".
  const two = day !== '*' && weekday !== '*';
  const pattern = onWalls(
    [
      minute,
      hour,
      two && any(`0 0 ${day} * *`) ? '*' : day,
      month,
      two && any(`0 0 * * ${weekday}`) ? '*' : weekday,
    ].join(' '),
  );
  let hours: Set<number> | null = null;
  return {
    wallFrom: (wallMs) => firstFrom(pattern, wallMs),
    goesOn: (wallMs) => {
      hours ??= stepsOf(`0 ${hour} * * *`, hourMs, 24);
      const at = new Date(wallMs).getUTCHours();
      return [at + 23, at, at + 1].every((one) => hours?.has(one % 24));
    },
    asked: Number.NaN,
    answer: null,
  };
}

function parsedOf({ cron, timeZone }: Calendar): Parsed {
  const key = `${timeZone} ${cron}`;
  const known = parsed.get(key);
  if (known) return known;
  const made = parse(cron);
  // Bounded: what chat tries is not kept for ever.
  if (parsed.size > 1_000) parsed.clear();
  parsed.set(key, made);
  return made;
}

/** The first run at or after this time, by what was said above of changed clocks. */
function firstRunMs({ wallFrom, goesOn }: Parsed, timeZone: string, earliestMs: number): number | null {
  let fromMs = earliestMs;
  for (;;) {
    const ahead = aheadMs(timeZone, fromMs);
    const change = changeBefore(timeZone, fromMs);
    let wallMs = wallFrom(fromMs + ahead);
    if (change) {
      // Until here the clocks show what they have shown already.
      const repeatedMs = change.atMs + change.fromMs;
      while (wallMs !== null && wallMs < repeatedMs && !goesOn(wallMs)) wallMs = wallFrom(wallMs + minuteMs);
      // What was skipped, read off clocks that were not put forward.
      const unchanged = wallFrom(fromMs + change.fromMs);
      if (unchanged !== null && unchanged < change.atMs + change.toMs)
        wallMs = Math.min(wallMs ?? Number.POSITIVE_INFINITY, unchanged - change.fromMs + ahead);
    }
    if (wallMs === null) return null;
    const runMs = wallMs - ahead;
    const next = changeOnTheWay(timeZone, fromMs, runMs);
    if (next === null) return runMs;
    fromMs = 'askAgainFromMs' in next ? next.askAgainFromMs : next.atMs;
  }
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

/** The first run after this time: always later than it. null: none within years. */
export function nextRunMs(calendar: Calendar, afterMs: number): number | null {
  const known = parsedOf(calendar);
  if (known.asked !== afterMs) {
    const earliestMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
    known.answer = firstRunMs(known, calendar.timeZone, earliestMs);
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
