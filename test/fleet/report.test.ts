// What was: read out of a journal that a real loop wrote, on demand and as a notice in the morning.
import { describe, expect, it } from 'vitest';
import { sinceMs } from '../../src/fleet/report/since.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const minute = 60_000;
const hour = 60 * minute;

async function ready(report: { cron: string; timeZone: string } | null = null) {
  const t = testFleet({
    registry: {
      ...registry([product('alpha', { channels: [{ kind: 'webchat', target: null }] }), product('beta')], {
        maxConcurrentSessions: 1,
      }),
      report,
    },
    tuning: { sweepLiveMs: 5 * minute },
  });
  await t.clock.settle();
  return Object.assign(t, {
    async finish(name: string, id: string) {
      t.fake.mailFrom(name, { subject: `Run complete: [${id}]` });
      await t.clock.advance(1_000);
    },
    reports: () => t.fleet.outbox.due(0).filter(({ kind }) => kind === 'report'),
  });
}

describe('a report', () => {
  it('says what ran, what it cost, and what was blocked by whom for how long', async () => {
    const t = await ready();
    t.start('alpha', 'fix it');
    t.start('beta', 'write it');
    await t.clock.advance(10 * minute);
    t.fake.mailFrom('alpha', { type: 'question', subject: '[obj-1] Which?', body: 'a or b' });
    await t.clock.advance(20 * minute);
    t.fleet.gates.resolve(1, 'answered', 'a', t.source, 'operator');
    await t.clock.advance(10 * minute);
    t.fake.product('alpha').costUsd = 1.5;
    await t.finish('alpha', 'obj-1');
    await t.clock.advance(minute);
    const { ended, blocked, costUsd, lines } = t.fleet.report('today');
    expect(ended).toMatchObject([{ objective: 'obj-1', kind: 'fix', end: 'done', costUsd: 1.5 }]);
    expect(costUsd).toBe(1.5);
    const by = (who: RegExp) => Math.round((blocked.find((one) => who.test(one.by))?.ms ?? 0) / minute);
    expect(by(/^you, gate 1$/)).toBe(20);
    // until alpha waited for the human and gave its slot back
    expect(by(/^a slot \(obj-1\)$/)).toBe(10);
    expect(lines[0]).toBe('1 done, 0 failed, 0 cancelled, $1.50; questions waited 20 min for you.');
    expect(lines).toContainEqual(
      expect.stringMatching(/^- obj-1 on alpha \(fix\): done after 20 min of work, \$1\.50$/),
    );
    expect(t.fleet.report('7d').ended).toHaveLength(1);
  });

  it('knows since when, and refuses what is no time', () => {
    const now = Date.parse('2026-01-05T09:00:00Z');
    expect(new Date(sinceMs('yesterday', now)).toISOString()).toBe('2026-01-04T00:00:00.000Z');
    expect(sinceMs('12h', now)).toBe(now - 12 * hour);
    expect(sinceMs('2026-01-02', now)).toBe(Date.parse('2026-01-02'));
    expect(() => sinceMs('soon', now)).toThrow(expect.objectContaining({ code: 'SINCE_INVALID' }));
  });
});

describe('in the morning', () => {
  it('comes once as a notice when anything ended since the last one, and otherwise nothing is set', async () => {
    const t = await ready({ cron: '0 7 * * *', timeZone: 'Europe/Berlin' });
    expect(t.clock.pending()).toBe(0);
    t.start('alpha', 'fix it');
    await t.clock.advance(10 * minute);
    await t.finish('alpha', 'obj-1');
    await t.clock.advance(20 * hour);
    expect(t.reports()).toEqual([]);
    // 7:00 in Berlin is 6:00 UTC
    await t.clock.advance(hour);
    expect(t.reports()).toMatchObject([
      { product: null, text: expect.stringContaining('1 done, 0 failed'), channels: [{ kind: 'webchat' }] },
    ]);
    await t.clock.advance(72 * hour);
    expect(t.reports()).toHaveLength(1);
    expect(t.clock.pending()).toBe(0);
  });
});
