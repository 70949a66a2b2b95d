// Limits and fleets nobody should have written: clear words, no crash, nothing started.
import { describe, expect, it } from 'vitest';
import { largeFleet } from '../../bench/scheduler.ts';
import { decide, explain, type FleetState, findCycle } from '../../src/scheduler/index.ts';
import { fleet, nowMs, objective } from './samples.ts';

const one = { objectives: [objective('obj-1', 'product-a')] };
const answer = (state: FleetState) => {
  const plan = decide(state, nowMs);
  return { starts: plan.decisions.length, wake: plan.nextWakeMs, line: explain(plan, 'obj-1')?.line };
};

describe('bad input', () => {
  it.each([
    [
      'zero slots',
      { maxConcurrentSessions: 0 },
      /max_concurrent_sessions is 0, so nothing starts until it is raised/,
    ],
    ['zero live sessions', { maxLiveSessions: 0 }, /max_live_sessions is 0/],
    [
      'zero memory',
      { maxMemoryBytes: 0 },
      /can never run: it needs 1 GiB and the fleet's whole memory budget is 0 MiB/,
    ],
    [
      'zero CPU',
      { maxCpuCores: 0 },
      /can never run: it needs 0.25 cores and the fleet's whole cpu budget is 0 cores/,
    ],
    ['zero money', { maxCostUsdPerDay: 0 }, /can never run: the fleet's whole cost budget is \$0.00/],
  ])('%s starts nothing, asks for no wake, and says what to raise', (_, limits, words) => {
    const { starts, wake, line } = answer(fleet(one, limits));
    expect([starts, wake]).toEqual([0, null]);
    expect(line).toMatch(words);
  });

  it('an empty fleet has an empty plan', () => {
    expect(decide(fleet({ products: [] }), nowMs)).toMatchObject({
      decisions: [],
      waits: [],
      nextWakeMs: null,
    });
  });

  it('an objective whose product is gone from products.yaml says so', () => {
    expect(answer(fleet({ ...one, products: [] })).line).toBe(
      'obj-1 on product-a cannot start: it is not in products.yaml.',
    );
  });

  it('a need that is not there keeps waiting', () => {
    const lost = fleet({ objectives: [objective('obj-1', 'product-a', { needs: ['obj-0'] })] });
    expect(answer(lost)).toMatchObject({
      starts: 0,
      line: expect.stringContaining('waits for obj-0 to be done first'),
    });
  });

  it('names the circle in needs, however long', () => {
    expect(findCycle([{ id: 'obj-1', needs: ['obj-1'] }])).toEqual(['obj-1', 'obj-1']);
    const ring = Array.from({ length: 10_000 }, (_, i) => ({
      id: `obj-${i}`,
      needs: [`obj-${(i + 1) % 10_000}`],
    }));
    expect(findCycle(ring)).toHaveLength(10_001);
    expect(findCycle(ring.slice(1))).toBeNull();
  });

  it('a thousand products and ten thousand objectives give one answer each', () => {
    const state = largeFleet(1_000, 10_000);
    const plan = decide(state, nowMs);
    const starts = plan.decisions.filter(({ kind }) => kind === 'start').length;
    expect(starts).toBeGreaterThan(0);
    expect(starts + plan.waits.length).toBe(state.objectives.filter((o) => o.state === 'queued').length);
  });
});
