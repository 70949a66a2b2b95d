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

  it('runs what the change skips an hour later, and what comes twice once', () => {
    expect(isos(nextRunsMs(berlin('30 2 * * *'), 3, at('2026-03-28T00:00:00Z')))).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
    expect(isos(nextRunsMs(berlin('30 2 * * *'), 3, at('2026-10-24T00:00:00Z')))).toEqual([
      '2026-10-24T00:30',
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

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
