// The exact words a human gets.
import { describe, expect, it } from 'vitest';
import { decide, explain, type FleetState, forecast, withLimits } from '../../src/scheduler/index.ts';
import { fleet, gib, minute, nowMs, objective, product, session } from './samples.ts';

const why = (state: FleetState, target: string) =>
  explain(decide(state, nowMs), target, forecast(state, nowMs))?.line;

const full = fleet({
  objectives: [
    objective('obj-7', 'product-a', { state: 'running', expectedMs: 20 * minute }),
    objective('obj-8', 'product-b', { state: 'running', expectedMs: 60 * minute }),
    objective('obj-9', 'product-c', { expectedMs: 10 * minute }),
    objective('obj-10', 'product-d'),
  ],
  sessions: [session('product-a', 'obj-7'), session('product-b', 'obj-8')],
});

describe('explain', () => {
  it('names who holds the slots, the place in line and the expected start', () => {
    expect(why(full, 'obj-9')).toBe(
      'obj-9 on product-c waits for a slot: 2 of 2 in use by product-a (obj-7) and product-b (obj-8); next in line; expected start in about 12 min.',
    );
    expect(why(full, 'product-d')).toContain('1 before it in line; expected start in about 22 min.');
  });

  it('says unknown when a running session has no estimate or has passed it', () => {
    const overdue = {
      ...full,
      sessions: full.sessions.map((s) => ({ ...s, startedAtMs: nowMs - 90 * minute })),
    };
    expect(why(overdue, 'obj-9')).toContain('expected start unknown');
  });

  it('speaks of a session by objective and by product', () => {
    expect(why(full, 'product-a')).toBe('obj-7 on product-a is running, started 8 min ago.');
    const asking = { ...full, sessions: [session('product-a', 'obj-7', { waitingOnHuman: true })] };
    expect(why(asking, 'obj-7')).toBe('obj-7 on product-a waits for your answer, started 8 min ago.');
  });

  it('says that a weight above the whole budget can never run', () => {
    const heavy = fleet(
      {
        products: [product('product-a', { resourceWeight: 16 })],
        objectives: [objective('obj-1', 'product-a')],
      },
      { maxMemoryBytes: 8 * gib },
    );
    expect(why(heavy, 'obj-1')).toBe(
      "obj-1 on product-a can never run: it needs 16 GiB and the fleet's whole memory budget is 8 GiB; raise that or cancel it.",
    );
  });

  it('says unknown, not zero, of money nobody has counted', () => {
    const capped = fleet(
      {
        objectives: [objective('obj-1', 'product-a', { expectedCostUsd: 3 })],
        sessions: [session('product-b', 'obj-0', { reservedCostUsd: 4 })],
      },
      { maxCostUsdPerDay: 5 },
    );
    expect(why(capped, 'obj-1')).toContain('may spend $5.00 a day, has spent unknown and reserved $4.00');
  });

  it('keeps every number in the trace', () => {
    const trace = explain(decide(full, nowMs), 'obj-9', forecast(full, nowMs))?.trace;
    expect(trace).toMatchObject({
      expectedStartMs: nowMs + 12 * minute,
      ahead: 0,
      capacity: { slotsUsed: 2, slots: 2, liveSessions: 2 },
      waits: [{ rule: 'slots', behind: ['obj-7', 'obj-8'], numbers: { used: 2, max: 2 } }],
    });
  });
});

describe('what if', () => {
  it('starts more with more slots, and without a product', () => {
    const starts = (state: FleetState) =>
      forecast(state, nowMs).starts.map((s) => [s.objective, s.startMs - nowMs]);
    expect(starts(full)).toEqual([
      ['obj-9', 12 * minute],
      ['obj-10', 22 * minute],
    ]);
    expect(starts(withLimits(full, { maxConcurrentSessions: 3 }))[0]).toEqual(['obj-9', 0]);
    expect(starts(withLimits(full, {}, ['product-a']))[0]).toEqual(['obj-9', 0]);
    expect(starts(withLimits(full, {}, ['product-c']))).toEqual([['obj-10', 12 * minute]]);
  });

  it('ends when its effort is spent, and says so', () => {
    expect(forecast(full, nowMs, { maxSteps: 1 })).toEqual({ starts: [], truncated: true });
  });
});
