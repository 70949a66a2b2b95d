// Budgets, what they are measured against, and what is recorded and said about them.
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { capacityLine } from '../../src/text/capacity.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const gib = 1024 ** 3;
const predictedFrom = (event: JournalEvent) =>
  event.kind === 'session.starting' ? event.data.numbers.predictedFrom : null;
const budget = (more: Partial<ReturnType<typeof registry>['scheduling']['budget']>) => ({
  budget: { maxCpuPercent: null, maxMemoryBytes: null, maxCostUsdPerDay: null, ...more },
});

async function ready(scheduling: Partial<ReturnType<typeof registry>['scheduling']> = {}) {
  const t = testFleet({
    registry: registry(
      [
        product('alpha', { priority: 80 }),
        product('beta', { priority: 20 }),
        product('gamma', { type: 'docs' }),
      ],
      scheduling,
    ),
  });
  await t.clock.settle();
  return Object.assign(t, {
    state: (id: string) => t.fleet.commands.objective(id).state,
    events: (kind: string) => t.journal.eventsAfter(0, 10_000).filter((event) => event.kind === kind),
    why: (target: string) => t.fleet.foresight.why(target),
    finish: async (name: string) => {
      t.fake.mailFrom(name, { subject: 'Run complete' });
      await t.clock.advance(1_000);
    },
    /** what was read of the last session: recorded where sessions end */
    cost: (name: string, usd: number) =>
      t.tables.prepare('UPDATE sessions SET cost_usd = ? WHERE product = ?').run(usd, name),
  });
}

describe('what finished sessions teach', () => {
  it('predicts memory, length and so the next start, for the product and for its type', async () => {
    const t = await ready({ maxConcurrentSessions: 1, ...budget({ maxMemoryBytes: 4 * gib }) });
    t.fake.product('alpha').memoryBytes = 3 * gib;
    t.start('alpha', 'first');
    await t.clock.advance(120_000);
    await t.finish('alpha');
    expect(t.journal.finishedSessions(10)).toMatchObject([{ outcome: 'done', peakMemoryBytes: 3 * gib }]);
    t.start('alpha', 'second');
    const waiting = t.start('beta', 'third');
    await t.clock.settle();
    expect(t.fleet.commands.objective(waiting.id).why).toMatch(/expected start in about 2 min/);
    expect(t.why('obj-3').expectedStart).not.toBeNull();
    t.fleet.controls.cap('fleet', 'slots', '2', t.source);
    // 3 GiB for alpha, and as much for beta, which is of the same type
    expect(t.why('obj-3').line).toMatch(/waits for memory: it needs 3 GiB, and 3 GiB of 4 GiB is taken/);
    expect(t.why('obj-3').trace).toMatchObject({ waits: [{ rule: 'memory' }] });
    // gamma is of another type: by weight, 1 GiB
    t.start('gamma', 'fourth');
    await t.clock.advance(1_000);
    expect(t.state('obj-4')).toBe('running');
    expect(t.events('session.starting').map(predictedFrom)).toEqual(['weight', 'product', 'weight']);
    expect(t.why('gamma').trace).toMatchObject({ capacity: { slotsUsed: 2, maxMemoryBytes: 4 * gib } });
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(1_000);
    expect(t.events('session.starting').at(-1)).toMatchObject({
      product: 'beta',
      data: { numbers: { predictedFrom: 'type', predictedMemoryBytes: 3 * gib } },
    });
  });

  it('lets a session that was cut short raise a prediction but not lower it', async () => {
    const t = await ready(budget({ maxMemoryBytes: 4 * gib }));
    t.start('alpha', 'first');
    await t.clock.advance(20_000);
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(1_000);
    t.fleet.controls.cap('fleet', 'memory', '900m', t.source);
    t.fleet.controls.resume('alpha', t.source);
    expect(t.why('obj-1').line).toMatch(/can never run: it needs 1 GiB/);
  });
});

describe('circuit', () => {
  it('opens after three failed starts in a row, says until when, and closes by resume or success', async () => {
    const t = await ready();
    const died = new FleetError({ code: 'OV_CLAUDE_DIED', class: 'runtime', message: 'died', mend: 'm' });
    t.fake.setFault((call) => (call.command === 'coordinator.start' ? died : null));
    t.start('alpha', 'x');
    await t.clock.advance(45_000);
    expect(t.state('obj-1')).toBe('failed');
    t.fake.setFault(() => null);
    expect(t.start('alpha', 'y').why).toMatch(/failed to start 3 times; the next try is in about/);
    await t.clock.advance(1_000);
    expect(t.state('obj-2')).toBe('queued');
    expect(t.fleet.controls.resume('alpha', t.source).text).toContain('3 failed starts are forgotten');
    await t.clock.advance(1_000);
    expect(t.state('obj-2')).toBe('running');
    expect(t.journal.breakers().size).toBe(0);
  });

  it('tries again by itself when its time has come, and stays open twice as long when that fails', async () => {
    const t = await ready();
    const died = new FleetError({ code: 'OV_CLAUDE_DIED', class: 'runtime', message: 'died', mend: 'm' });
    t.fake.setFault((call) => (call.command === 'coordinator.start' ? died : null));
    t.start('alpha', 'x');
    await t.clock.advance(41_000);
    t.start('alpha', 'y');
    expect(t.fake.count('coordinator.start')).toBe(3);
    await t.clock.advance(58_000);
    expect(t.fake.count('coordinator.start')).toBe(3);
    await t.clock.advance(2_000);
    expect(t.fake.count('coordinator.start')).toBe(4);
    await t.clock.advance(118_000);
    expect(t.fake.count('coordinator.start')).toBe(4);
    t.fake.setFault(() => null);
    await t.clock.advance(5_000);
    expect(t.state('obj-2')).toBe('running');
  });
});

describe('over budget mid-run', () => {
  it('memory: tells once, and after the grace pauses the lowest until a human resumes it', async () => {
    const t = await ready(budget({ maxMemoryBytes: 4 * gib }));
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.advance(16_000);
    t.fake.product('alpha').memoryBytes = 3 * gib;
    t.fake.product('beta').memoryBytes = 2 * gib;
    await t.clock.advance(16_000);
    expect(t.events('decision.relief')).toMatchObject([{ data: { rule: 'over-memory' } }]);
    expect(t.state('obj-2')).toBe('running');
    await t.clock.advance(31_000);
    expect(t.state('obj-1')).toBe('running');
    expect(t.fleet.commands.objective('obj-2')).toMatchObject({ state: 'queued', condition: 'paused' });
    expect(t.why('beta').line).toContain('memory was over budget');
    await t.clock.advance(60_000);
    expect(t.events('decision.relief')).toHaveLength(1);
    expect(t.events('decision.relieved')).toHaveLength(1);
    expect(t.journal.liveSessions().map((s) => s.product)).toEqual(['alpha']);
    // undo is for what people did
    expect(t.fleet.controls.undo(t.source).changed).toBe(false);
    t.fleet.controls.resume('beta', t.source);
    expect(t.why('obj-2').line).toMatch(/waits for memory: it needs 2 GiB/);
  });

  it('judges CPU by the average of a minute, not by a burst', async () => {
    const t = await ready(budget({ maxCpuPercent: 50 }));
    t.start('alpha', 'a');
    await t.clock.advance(60_000);
    t.fake.product('alpha').cpuCores = 1.8;
    await t.clock.advance(15_000);
    expect(t.fleet.status(null).capacity.cpuCores).toBeCloseTo((45 * 0.1 + 15 * 1.8) / 60, 1);
    t.fake.product('alpha').cpuCores = 0.1;
    await t.clock.advance(30_000);
    expect(t.events('decision.relief')).toEqual([]);
    expect(t.events('session.measured').length).toBeLessThan(6);
  });

  it('CPU: stops admitting and tells, once per change', async () => {
    const t = await ready({ maxConcurrentSessions: 3, ...budget({ maxCpuPercent: 50 }) });
    t.start('alpha', 'a');
    await t.clock.settle();
    t.fake.product('alpha').cpuCores = 1.8;
    await t.clock.advance(90_000);
    expect(t.events('decision.relief')).toMatchObject([{ data: { rule: 'over-cpu' } }]);
    expect(t.events('decision.relief')[0]?.text).toContain('nothing new starts');
    expect(t.start('beta', 'b').why).toMatch(/waits for CPU/);
    expect(t.state('obj-1')).toBe('running');
    t.fake.product('alpha').cpuCores = 0.1;
    await t.clock.advance(90_000);
    expect(t.events('decision.relieved')).toHaveLength(1);
    expect(t.state('obj-2')).toBe('running');
  });

  it('money: pauses and asks; only a human lets it go on', async () => {
    const t = await ready(budget({ maxCostUsdPerDay: 10 }));
    t.start('alpha', 'a');
    await t.clock.advance(1_000);
    await t.finish('alpha');
    expect(t.fleet.status(null).capacity.spentTodayUsd).toBeNull();
    t.start('beta', 'b');
    await t.clock.advance(1_000);
    t.cost('alpha', 12);
    await t.clock.advance(16_000);
    expect(t.events('budget.ask')).toMatchObject([{ data: { numbers: { spentUsd: 12, limitUsd: 10 } } }]);
    expect(t.fleet.commands.objective('obj-2')).toMatchObject({ state: 'queued', condition: 'paused' });
    const model = { ...t.source, via: 'model' } as const;
    for (const act of [
      () => t.fleet.controls.resume('beta', model),
      () => t.fleet.controls.focus('beta', model),
    ])
      expect(act).toThrow(expect.objectContaining({ code: 'HUMAN_ONLY' }));
    // not enough: it stays paused
    t.fleet.controls.cap('fleet', 'cost', '$11', t.source);
    expect(t.fleet.commands.objective('obj-2').condition).toBe('paused');
    expect(t.fleet.controls.cap('fleet', 'cost', '$40', t.source).text).toContain('beta is resumed');
    await t.clock.advance(1_000);
    expect(t.state('obj-2')).toBe('running');
    expect(t.fleet.status(null).capacity).toMatchObject({ spentTodayUsd: 12, maxCostUsdPerDay: 40 });
  });
});

describe('a product over its own cap', () => {
  it('memory: is told, paused after the grace with a gate, and goes on when a human approves', async () => {
    const t = await ready();
    t.fleet.controls.cap('alpha', 'memory', '2', t.source);
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.advance(16_000);
    t.fake.product('alpha').memoryBytes = 3 * gib;
    await t.clock.advance(16_000);
    expect(t.events('decision.relief')).toMatchObject([
      { product: 'alpha', data: { rule: 'over-memory', numbers: { scope: 'product' } } },
    ]);
    expect(t.events('decision.relief')[0]?.text).toContain(
      'alpha is over its memory cap: 3 GiB used of 2 GiB',
    );
    expect(t.state('obj-1')).toBe('running');
    await t.clock.advance(31_000);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'queued', condition: 'paused' });
    expect(t.state('obj-2')).toBe('running');
    const [gate] = t.fleet.gates.list('alpha', false);
    expect(gate).toMatchObject({ kind: 'over-memory', state: 'open', asker: 'fleetd' });
    const model = { ...t.source, via: 'model' } as const;
    expect(() => t.fleet.controls.resume('alpha', model)).toThrow(
      expect.objectContaining({ code: 'HUMAN_ONLY' }),
    );
    t.fake.product('alpha').memoryBytes = gib;
    t.fleet.gates.resolve(gate?.n ?? 0, 'approved', '', t.source, 'operator');
    await t.clock.advance(1_000);
    expect(t.state('obj-1')).toBe('running');
    expect(t.events('decision.relieved')).toMatchObject([{ product: 'alpha' }]);
  });

  it('CPU: is told and runs on, and nobody else waits for it', async () => {
    const t = await ready();
    t.fleet.controls.cap('alpha', 'cpu', '0.5', t.source);
    t.start('alpha', 'a');
    await t.clock.settle();
    t.fake.product('alpha').cpuCores = 1.5;
    await t.clock.advance(90_000);
    expect(t.events('decision.relief')).toMatchObject([{ product: 'alpha', data: { rule: 'over-cpu' } }]);
    t.start('beta', 'b');
    await t.clock.advance(1_000);
    expect([t.state('obj-1'), t.state('obj-2')]).toEqual(['running', 'running']);
  });

  it('money: is paused mid-run by what its session has cost so far', async () => {
    const t = await ready();
    t.fleet.controls.cap('alpha', 'cost', '$5', t.source);
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.advance(1_000);
    t.fake.product('alpha').live = { costUsd: 3, tokens: 40_000 };
    await t.clock.advance(61_000);
    expect(t.fleet.status(null).capacity).toMatchObject({
      spentTodayUsd: 3,
      today: { sessions: 2, unpriced: 1, tokens: 40_000 },
    });
    expect(t.state('obj-1')).toBe('running');
    t.fake.product('alpha').live = { costUsd: 5.5, tokens: 70_000 };
    await t.clock.advance(63_000);
    expect(t.events('budget.ask')).toMatchObject([
      { product: 'alpha', data: { numbers: { scope: 'product', spentUsd: 5.5, limitUsd: 5 } } },
    ]);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'queued', condition: 'paused' });
    expect(t.state('obj-2')).toBe('running');
    // settled: never less than what was seen while it ran
    expect(t.events('session.ended')).toMatchObject([{ data: { costUsd: 5.5, tokens: 70_000 } }]);
  });
});

describe('cost that nobody knows', () => {
  it('is nothing where nothing ran', async () => {
    const { capacity } = (
      await ready(budget({ maxCostUsdPerDay: 20, maxMemoryBytes: 8 * gib }))
    ).fleet.status(null);
    expect(capacityLine(capacity)).toContain('memory 0 MiB of 8 GiB');
    expect(capacityLine(capacity)).toContain('$0.00 of $20.00 spent today');
  });

  it('is unknown and not zero, is counted in tokens and sessions, and holds up nobody', async () => {
    const t = await ready(budget({ maxCostUsdPerDay: 1 }));
    t.start('alpha', 'a');
    await t.clock.advance(1_000);
    t.fake.product('alpha').live = { costUsd: 0, tokens: 1_234_567 };
    await t.clock.advance(61_000);
    const { capacity } = t.fleet.status(null);
    expect(capacity).toMatchObject({
      spentTodayUsd: null,
      today: { sessions: 1, unpriced: 1, tokens: 1_234_567 },
    });
    expect(capacityLine(capacity)).toContain(
      'what was spent today is not known, the limit is $1.00 (the price of 1 session is not known; 1,234,567 tokens in all)',
    );
    // the curve has a gap there, not a line along zero
    expect(t.fleet.history.usage(3_600_000, 60).points).toMatchObject([
      { sessions: 1, spentUsd: null },
      { sessions: 1, spentUsd: null },
    ]);
    await t.finish('alpha');
    expect(t.events('session.ended')).toMatchObject([{ data: { costUsd: null, tokens: 1_234_567 } }]);
    t.start('beta', 'b');
    await t.clock.advance(1_000);
    expect(t.state('obj-2')).toBe('running');
  });
});

describe('why and plan', () => {
  it('records each change of a rule once, with its numbers', async () => {
    const t = await ready({ maxConcurrentSessions: 1 });
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.advance(120_000);
    t.fleet.controls.pause('beta', 'lunch', t.source);
    await t.clock.advance(120_000);
    expect(t.events('decision.wait')).toMatchObject([
      { objective: 'obj-2', data: { rule: 'slots', behind: ['obj-1'], numbers: { used: 1, max: 1 } } },
      { objective: 'obj-2', data: { rule: 'product-paused', numbers: { reason: 'lunch' } } },
    ]);
    t.fleet.controls.resume('beta', t.source);
    await t.finish('alpha');
    expect(t.why('obj-2').decided).toMatchObject([
      { rule: 'admit', numbers: { slotsUsed: 1, slots: 1, predictedFrom: 'type' } },
      { rule: 'slots', numbers: { used: 1, max: 1 } },
      { rule: 'product-paused' },
      { rule: 'slots', text: expect.stringContaining('waits for a slot: 1 of 1 in use by alpha (obj-1)') },
    ]);
    expect(t.why('alpha').decided).toMatchObject([{ rule: 'admit' }]);
  });

  it('answers for whatever there is: waiting, running, over, paused, idle, unknown', async () => {
    const t = await ready({ maxConcurrentSessions: 1 });
    t.start('alpha', 'a');
    await t.clock.settle();
    t.start('beta', 'b');
    expect(t.why('beta').line).toBe(
      'obj-2 on beta waits for a slot: 1 of 1 in use by alpha (obj-1); next in line; expected start unknown.',
    );
    expect(t.why('alpha').line).toMatch(/^obj-1 on alpha is running, started/);
    expect(t.why('gamma').line).toBe('gamma has nothing to do: no objective runs or waits.');
    t.fleet.controls.pause('gamma', 'tea', t.source);
    expect(t.why('gamma').line).toBe('gamma is paused (tea), and no objective waits for it.');
    await t.finish('alpha');
    expect(t.why('obj-1').line).toMatch(/^obj-1 on alpha is done/);
    expect(() => t.why('delta')).toThrow(expect.objectContaining({ code: 'PRODUCT_UNKNOWN' }));
    expect(() => t.why('obj-99')).toThrow(expect.objectContaining({ code: 'OBJECTIVE_UNKNOWN' }));
  });

  it('plans with other limits, without products, with more work, and changes nothing', async () => {
    const t = await ready({ maxConcurrentSessions: 1 });
    const plan = (more: object) => t.fleet.foresight.plan({ with: {}, without: [], start: [], ...more });
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.settle();
    const before = t.journal.lastSeq();
    expect(plan({}).starts).toEqual([]);
    expect(plan({}).waits).toMatchObject([{ objective: 'obj-2', line: expect.stringContaining('slot') }]);
    expect(plan({ with: { max_concurrent_sessions: '3' } }).starts).toMatchObject([{ objective: 'obj-2' }]);
    expect(plan({ without: ['alpha'] }).starts).toMatchObject([{ objective: 'obj-2' }]);
    expect(plan({ start: ['gamma'], with: { slots: '3' } }).starts.map((s) => s.product)).toEqual([
      'gamma',
      'beta',
    ]);
    expect(plan({ with: { max_concurrent_sessions: '0' } }).waits).toHaveLength(1);
    for (const [bad, code] of [
      [{ with: { workers: '3' } }, 'CAP_INVALID'],
      [{ with: { slots: 'many' } }, 'CAP_INVALID'],
      [{ with: { strategy: 'random' } }, 'CAP_INVALID'],
      [{ without: ['delta'] }, 'PRODUCT_UNKNOWN'],
      [{ start: ['delta'] }, 'PRODUCT_UNKNOWN'],
    ] as const)
      expect(() => plan(bad)).toThrow(expect.objectContaining({ code }));
    expect(t.journal.lastSeq()).toBe(before);
  });
});
