// What clocks on the wall of a time zone show, and when they are changed. Wall times are held as ms since epoch, as if
// the wall were in UTC.

/** A change of clocks reaches no further than this, not even one that skips a day at the date line. */
const dayMs = 26 * 3_600_000;

export interface Change {
  /** the first moment at which the clocks show the new time */
  atMs: number;
  /** what a wall shows ahead of UTC, before and after */
  fromMs: number;
  toMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Bounded: what chat tries is not kept for ever.
  if (formats.size > 1_000) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/** What a wall there shows ahead of UTC at this moment, in ms. */
export function aheadMs(timeZone: string, atMs: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(atMs)) part[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}

/** The change of clocks in (afterMs, untilMs], which must not hold two; null: none. */
export function changeBetween(timeZone: string, afterMs: number, untilMs: number): Change | null {
  const fromMs = aheadMs(timeZone, afterMs);
  const toMs = aheadMs(timeZone, untilMs);
  if (fromMs === toMs) return null;
  let before = afterMs;
  let atMs = untilMs;
  while (atMs - before > 1) {
    const middle = Math.floor((before + atMs) / 2);
    if (aheadMs(timeZone, middle) === fromMs) before = middle;
    else atMs = middle;
  }
  return { atMs, fromMs, toMs };
}

/** The change of clocks of the day before this moment, or of this very moment; null: none. */
export const changeBefore = (timeZone: string, atMs: number): Change | null =>
  changeBetween(timeZone, atMs - dayMs, atMs);

/**
 * What is to be looked at before `untilMs` is believed to be the next run: a change of clocks, or, where it is far away,
 * the day before it. null: nothing. Changes further than a day from both do not matter: nothing runs there.
 */
export function changeOnTheWay(
  timeZone: string,
  afterMs: number,
  untilMs: number,
): Change | { askAgainFromMs: number } | null {
  const change = changeBetween(timeZone, afterMs, Math.min(untilMs, afterMs + dayMs));
  if (change) return change;
  if (untilMs - afterMs > 2 * dayMs) return { askAgainFromMs: untilMs - dayMs };
  return changeBetween(timeZone, afterMs, untilMs);
}
