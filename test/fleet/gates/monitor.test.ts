// Monitors on a whole fleet in memory: when the model is asked to look, how often, for how much, and that it is not
// asked where nobody wanted it.
import { describe, expect, it } from 'vitest';
import { capacityLine } from '../../../src/text/capacity.ts';
import { product, registry, testFleet } from '../../support/fleet.ts';

const monitor = { perHour: 2, maxCostUsdPerDay: 1 };

async function working(on: typeof monitor | null) {
  const t = testFleet({ registry: registry([product('alpha', { monitor: on }), product('beta')]) });
  await t.clock.settle();
  t.start('alpha', 'ship auth');
  await t.clock.settle();
  return t;
}

/** alpha escalates, in words of its own each time. */
async function escalate(t: Awaited<ReturnType<typeof working>>, n: number) {
  t.fake.mailFrom('alpha', {
    subject: `fire ${n}`,
    body: 'severity: error',
    type: 'escalation',
    id: `fire-${n}`,
  });
  await t.clock.settle();
}

const asked = (t: Awaited<ReturnType<typeof working>>) =>
  t.fleet.monitor.asked().map(({ n, why }) => ({ n, why }));

describe('a monitor', () => {
  it('is off unless the product asks for one', async () => {
    const t = await working(null);
    await escalate(t, 1);
    Object.assign(t.fake.product('alpha'), { coordinator: 'dead', processes: 0 });
    await t.clock.advance(60_000);
    expect(t.fleet.commands.objective('obj-1').state).toBe('failed');
    expect(asked(t)).toEqual([]);
  });

  it('asks when an agent escalates and when an objective fails, not for a plain question', async () => {
    const t = await working(monitor);
    t.fake.mailFrom('alpha', { subject: 'A or B?', type: 'question' });
    await t.clock.settle();
    expect(asked(t)).toEqual([]);
    await escalate(t, 1);
    expect(asked(t)).toEqual([{ n: 1, why: expect.stringContaining('escalates') }]);
    Object.assign(t.fake.product('alpha'), { coordinator: 'dead', processes: 0 });
    await t.clock.advance(60_000);
    expect(asked(t)).toMatchObject([{ n: 1 }, { n: 2, why: expect.stringContaining('failed') }]);
  });

  it('asks so many times an hour and no more', async () => {
    const t = await working(monitor);
    for (const n of [1, 2, 3]) await escalate(t, n);
    expect(t.fleet.monitor.asked()).toHaveLength(2);
    await t.clock.advance(3_601_000);
    await escalate(t, 4);
    expect(t.fleet.monitor.asked().map(({ n }) => n)).toEqual([3]);
  }, 60_000);

  it('stops at its cost limit of the day; a turn of unknown cost counts too', async () => {
    const t = await working({ perHour: 60, maxCostUsdPerDay: 1 });
    await escalate(t, 1);
    t.fleet.monitor.begin(1);
    t.fleet.monitor.end(1, 'I looked.', 0.6);
    await escalate(t, 2);
    t.fleet.monitor.begin(2);
    t.fleet.monitor.end(2, 'I looked.', null);
    await escalate(t, 3);
    expect(t.fleet.monitor.asked()).toEqual([]);
    expect(t.journal.eventsAfter(0, 10_000).filter(({ kind }) => kind === 'intervention.asked')).toHaveLength(
      2,
    );
  });

  it('counts what its turns cost as spent today: of the product and of the fleet', async () => {
    const t = await working({ perHour: 60, maxCostUsdPerDay: 5 });
    for (const [n, usd] of [0.6, 1.5, null].entries()) {
      await escalate(t, n + 1);
      t.fleet.monitor.begin(n + 1);
      t.fleet.monitor.end(n + 1, 'I looked.', usd);
    }
    const { capacity } = t.fleet.status(null);
    expect(capacity).toMatchObject({ spentTodayUsd: 2.1, today: { sessions: 1, turns: 3, unpriced: 2 } });
    expect(capacityLine(capacity)).toContain(
      'at least $2.10 spent today (the price of 2 of the sessions and monitors is not known)',
    );
    expect(t.fleet.report('today').lines).toContain(
      'Monitors had the model look 3 times: $2.10 and no cost known for 1.',
    );
    t.fleet.controls.cap('alpha', 'cost', '$2', t.source);
    await t.clock.advance(16_000);
    expect(t.fleet.commands.objective('obj-1').condition).toBe('paused');
  });

  it('is begun once, whoever asks, and tells the human what the model said', async () => {
    const t = await working(monitor);
    await escalate(t, 1);
    t.fleet.monitor.begin(1);
    expect(() => t.fleet.monitor.begin(1)).toThrow(expect.objectContaining({ code: 'INTERVENTION_OVER' }));
    expect(asked(t)).toEqual([]);
    t.fleet.monitor.end(1, 'The lead waits for a key.', 0.02);
    await t.clock.advance(15_000);
    expect(t.fleet.outbox.due(0).filter(({ kind }) => kind === 'monitor')).toMatchObject([
      { product: 'alpha', quote: 'The lead waits for a key.', text: expect.stringContaining('not a human') },
    ]);
  });

  it('forgets what nobody began for a quarter of an hour', async () => {
    const t = await working(monitor);
    await escalate(t, 1);
    await t.clock.advance(16 * 60_000);
    expect(asked(t)).toEqual([]);
  }, 60_000);
});
