// Every run of random patterns around random changes of clocks, against each minute looked at on the wall.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextRunMs } from '../../src/registry/calendar.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Each with a moment within a day of a change of its clocks. */
const places = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00Z'],
  ['America/Nuuk', '2026-10-25T01:00Z'],
  ['America/Havana', '2026-11-01T05:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Asia/Kathmandu', '2026-05-01T00:00Z'],
  ['UTC', '2026-12-31T23:00Z'],
] as const;

interface Field {
  text: string;
  has(value: number): boolean;
  all: boolean;
}

/** @param every all values of the field, as cron writes them */
const fieldOf = (
  from: number,
  to: number,
  every: string[] = ['*', '?', '*/1', `${from}-${to}`],
): fc.Arbitrary<Field> => {
  const values = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const of = (text: string, wanted: number[]): Field => ({
    text,
    has: (value) => wanted.includes(value),
    all: wanted.length === values.length,
  });
  const value = fc.integer({ min: from, max: to });
  return fc.oneof(
    fc.constantFrom(...every.map((text) => of(text, values))),
    value.map((one) => of(String(one), [one])),
    fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((some) => of(some.join(','), some)),
    fc.integer({ min: 2, max: 20 }).map((step) =>
      of(
        `${every[0]}/${Math.min(step, to)}`,
        values.filter((one) => (one - from) % Math.min(step, to) === 0),
      ),
    ),
    fc.tuple(value, value).map(([a, b]) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return of(
        `${low}-${high}`,
        values.filter((one) => one >= low && one <= high),
      );
    }),
  );
};

const patterns = fc.record({
  minutes: fieldOf(0, 59),
  hours: fc.oneof(fieldOf(0, 23), fieldOf(0, 4, ['0-4'])).map((field) => ({ ...field, all: false })),
  days: fieldOf(1, 31),
  weekdays: fieldOf(0, 6),
});
type Pattern = typeof patterns extends fc.Arbitrary<infer One> ? One : never;

/** What a wall there shows, as if the wall were in UTC. */
function wallOf(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (atMs) => Date.parse(`${format.format(atMs).replace(' ', 'T')}Z`);
}

function fits({ minutes, hours, days, weekdays }: Pattern, wallMs: number): boolean {
  const wall = new Date(wallMs);
  const day = days.has(wall.getUTCDate());
  const weekday = weekdays.has(wall.getUTCDay());
  return (
    minutes.has(wall.getUTCMinutes()) &&
    hours.has(wall.getUTCHours()) &&
    (days.all || weekdays.all ? day && weekday : day || weekday)
  );
}

/** The runs in (fromMs, toMs]: each minute looked at. What comes twice counts the first time, unless it goes on hour by hour. */
function runsOf(pattern: Pattern, timeZone: string, fromMs: number, toMs: number): number[] {
  const wallAt = wallOf(timeZone);
  const shown = new Set<number>();
  const runs = new Set<number>();
  let last = wallAt(fromMs - 30 * hour);
  for (let atMs = fromMs - 30 * hour + minute; atMs <= toMs; atMs += minute) {
    const wall = wallAt(atMs);
    for (let skipped = last + minute; skipped < wall; skipped += minute)
      if (fits(pattern, skipped)) runs.add(atMs + skipped - (last + minute));
    const at = new Date(wall).getUTCHours();
    const hourly = [at + 23, at, at + 1].every((one) => pattern.hours.has(one % 24));
    if (fits(pattern, wall) && (!shown.has(wall) || hourly)) runs.add(atMs);
    shown.add(wall);
    last = wall;
  }
  return [...runs].filter((run) => run > fromMs && run <= toMs).sort((a, b) => a - b);
}

it('each run lies after the one before it, and none is left out', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(
      patterns,
      fc.constantFrom(...places),
      fc.integer({ min: -30 * 3_600, max: 10 * 3_600 }),
      (pattern, [timeZone, change], seconds) => {
        const { minutes, hours, days, weekdays } = pattern;
        const cron = `${minutes.text} ${hours.text} ${days.text} * ${weekdays.text}`;
        const fromMs = Date.parse(change) + seconds * 1_000;
        const toMs = fromMs + 36 * hour;
        const runs: number[] = [];
        let asked = fromMs;
        for (let run = nextRunMs({ cron, timeZone }, asked); run !== null && run <= toMs; ) {
          expect(run).toBeGreaterThan(asked);
          runs.push(run);
          asked = run;
          run = nextRunMs({ cron, timeZone }, asked);
        }
        const wholeMinute = Math.floor(fromMs / minute) * minute;
        expect(runs).toEqual(runsOf(pattern, timeZone, wholeMinute, toMs));
      },
    ),
    { numRuns: 40 },
  );
});
