// The cron library is asked for nothing but the next run after a time that we say: no clock of its own, no timer.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isCron, isTimeZone, lastRunMs, nextRunsMs } from '../../src/registry/calendar.ts';

const berlin = (cron: string) => ({ cron, timeZone: 'Europe/Berlin' });
const at = (iso: string) => Date.parse(iso);
const isos = (ms: number[]) => ms.map((one) => new Date(one).toISOString().slice(0, 16));

afterEach(() => vi.useRealTimers());

describe('the calendar', () => {
  it('goes by the time it is told, whatever the machine says, and sets no timer', () => {
    vi.useFakeTimers({ now: at('2031-06-01T00:00:00Z') });
    expect(isos(nextRunsMs(berlin('0 9 * * 1-5'), 3, at('2026-01-02T09:00:00Z')))).toEqual([
      '2026-01-05T08:00',
      '2026-01-06T08:00',
      '2026-01-07T08:00',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps local time when the clocks change', () => {
    expect(isos(nextRunsMs(berlin('0 9 * * *'), 3, at('2026-03-28T00:00:00Z')))).toEqual([
      '2026-03-28T08:00',
      '2026-03-29T07:00',
      '2026-03-30T07:00',
    ]);
  });

  // Clocks are put forward by an hour (Berlin, New York), half an hour (Lord Howe) and two hours (Troll).
  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00', ['2026-03-29T01:30', '2026-03-30T00:30']],
    ['America/New_York', '30 2 * * *', '2026-03-07T12:00', ['2026-03-08T07:30', '2026-03-09T06:30']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00', ['2026-10-03T15:45', '2026-10-04T15:15']],
    ['Antarctica/Troll', '30 1 * * *', '2026-03-28T12:00', ['2026-03-29T01:30', '2026-03-29T23:30']],
    // Two times become one.
    ['Europe/Berlin', '30 2,3 * * *', '2026-03-28T12:00', ['2026-03-29T01:30', '2026-03-30T00:30']],
  ])('%s: "%s" runs as much later as the clocks skip', (timeZone, cron, after, runs) =>
    expect(isos(nextRunsMs({ cron, timeZone }, 2, at(`${after}Z`)))).toEqual(runs),
  );

  it.each([
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['America/New_York', '45 1 * * *', '2026-10-31T12:00', ['2026-11-01T05:45', '2026-11-02T06:45']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00', ['2026-04-04T14:45', '2026-04-05T15:15']],
    ['Antarctica/Troll', '30 1 * * *', '2026-10-24T12:00', ['2026-10-24T23:30', '2026-10-26T01:30']],
    // Every other hour is no hour by hour.
    ['Europe/Berlin', '0 */2 * * *', '2026-10-24T23:00', ['2026-10-25T00:00', '2026-10-25T03:00']],
    ['Europe/Berlin', '*/30 2 * * *', '2026-10-24T23:00', ['2026-10-25T00:00', '2026-10-25T00:30']],
  ])('%s: "%s" comes twice and runs the first time', (timeZone, cron, after, runs) =>
    expect(isos(nextRunsMs({ cron, timeZone }, 2, at(`${after}Z`)))).toEqual(runs),
  );

  it.each([
    ['Europe/Berlin', '0 * * * *', '2026-10-24T23:30', ['25T00:00', '25T01:00', '25T02:00']],
    ['Europe/Berlin', '30 1-3 * * *', '2026-10-24T23:45', ['25T00:30', '25T01:30', '25T02:30']],
    ['America/New_York', '*/30 * * * *', '2026-11-01T05:10', ['01T05:30', '01T06:00', '01T06:30']],
    ['Australia/Lord_Howe', '*/15 * * * *', '2026-04-04T14:40', ['04T14:45', '04T15:00', '04T15:15']],
    ['Antarctica/Troll', '20 * * * *', '2026-10-25T00:30', ['25T01:20', '25T02:20', '25T03:20']],
    // Nuuk goes back from Sunday to Saturday.
    ['America/Nuuk', '30 * * * 6', '2026-10-25T00:15', ['25T00:30', '25T01:30', '31T02:30']],
  ])('%s: "%s" goes on through the hour that comes twice', (timeZone, cron, after, runs) =>
    expect(isos(nextRunsMs({ cron, timeZone }, 3, at(`${after}Z`))).map((iso) => iso.slice(8))).toEqual(runs),
  );

  it.each([
    ['30 2 * * *', '2026-10-25T01:10', '2026-10-26T01:30'],
    ['* * * * *', '2026-10-25T01:10', '2026-10-25T01:11'],
  ])('asked in that hour, the next run of "%s" lies ahead', (cron, after, run) =>
    expect(isos(nextRunsMs(berlin(cron), 1, at(`${after}Z`)))).toEqual([run]),
  );

  // From Thursday, 1 January 2026.
  it.each([
    ['0 9 ? * 1-5', ['02', '05', '06']],
    ['0 9 */1 * MON', ['05', '12', '19']],
    ['0 9 1-31 * 1', ['05', '12', '19']],
    ['0 9 5 * ?', ['05', '05', '05']],
    ['0 9 5 * 0-7', ['05', '05', '05']],
    ['0 9 5 * SUN-SAT', ['05', '05', '05']],
    ['0 9 6 * 1', ['05', '06', '12']],
    ['0 9 ? * ?', ['02', '03', '04']],
  ])('"%s": a day field that excludes no day is no condition', (cron, days) =>
    expect(
      isos(nextRunsMs({ cron, timeZone: 'UTC' }, 3, at('2026-01-01T12:00:00Z'))).map((iso) =>
        iso.slice(8, 10),
      ),
    ).toEqual(days),
  );

  it.each(['0 9 * * 1-5', '*/7 * * * *', '30 2 * * *', '0 0 1 * *', '15 * * * *'])(
    'the last run of "%s" is the one that asking forward finds',
    (cron) => {
      for (const until of ['2026-03-29T02:30:00Z', '2026-10-25T01:10:00Z', '2026-05-01T00:00:00Z']) {
        const from = at(until) - 4 * 86_400_000;
        let last: number | null = null;
        for (
          let [ms] = nextRunsMs(berlin(cron), 1, from);
          ms && ms <= at(until);
          [ms] = nextRunsMs(berlin(cron), 1, ms)
        )
          last = ms;
        expect(lastRunMs(berlin(cron), from, at(until))).toBe(last);
      }
    },
  );

  it('finds the last of a month of minutes without walking through all of them', () => {
    const startedAt = performance.now();
    expect(lastRunMs(berlin('* * * * *'), at('2026-01-01T00:00:00Z'), at('2026-02-01T00:00:30Z'))).toBe(
      at('2026-02-01T00:00:00Z'),
    );
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each(['', 'x', '61 * * * *', '0 9 31 2 *', '* * * * * *', '@daily', '0 9 * *'])('refuses "%s"', (cron) =>
    expect(isCron(cron)).toBe(false),
  );

  it('knows time zones', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});
