// The lease with two clocks that drift: whatever the network does with renewals, nothing runs at the far end once fleetd
// counts it as ended; and where nothing is lost it never lapses.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/common/clock.ts';
import {
  clockDrift,
  type Hold,
  leaseStopMs,
  leaseTermMs,
  secondTermMs,
} from '../../../src/contract/runtime/hold.ts';
import type { RuntimeInfo } from '../../../src/contract/runtime/protocol.ts';
import { type Lease, leaseState, renewed, requireHeld } from '../../../src/runtime/agent/lease/state.ts';
import { leaseTerms } from '../../../src/runtime/lease-terms.ts';

const who = { fleet: 'one', runtime: 'box', epoch: 1 };
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** Rates of clocks, of which no two are further apart than clockDrift says. */
const rate = fc.double({ min: 1 - clockDrift / 2.1, max: 1 + clockDrift / 2.1, noNaN: true });
/** How long a message is on its way, in ms of true time; null: it never comes. */
const delay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 500 }) },
  { weight: 2, arbitrary: fc.integer({ min: 500, max: 2_000_000 }) },
  { weight: 2, arbitrary: fc.constant(null) },
);
const beat = fc.record({
  /** true time since the one before */
  afterMs: fc.oneof(fc.constant(10_000), fc.integer({ min: 0, max: 1_500_000 })),
  asked: delay,
  answered: delay,
  held: delay,
  /** between what hello said and the hold that is made of it */
  thinksMs: fc.integer({ min: 0, max: 60_000 }),
  /** fleetd was killed before it, and started again */
  restarted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

interface Run {
  /** true time, ms, and the far end's lease from then on */
  leases: { atMs: number; lease: Lease }[];
  /** true time, and from when on fleetd counts it as ended, in true time */
  counted: { atMs: number; endsMs: number }[];
  refused: string[];
}

function run(beats: (typeof beat extends fc.Arbitrary<infer T> ? T : never)[], rates: number[]): Run {
  const [hereRate = 1, farRate = 1] = rates;
  let trueMs = 0;
  let startedMs = 0;
  // Each fleetd has a clock that begins with it; the machine there has been up for long.
  const here = (atMs: number) => (atMs - startedMs) * hereRate;
  const far = (atMs: number) => 5_000_000 + atMs * farRate;
  const clock: Clock = { nowMs: () => here(trueMs), upMs: () => here(trueMs), after: () => () => {} };
  let terms = leaseTerms(who, clock);
  const events: { atMs: number; hold: Hold }[] = [];
  const counted: Run['counted'] = [];
  const count = () => counted.push({ atMs: trueMs, endsMs: startedMs + terms.endsMs() / hereRate });
  count();
  for (const each of beats) {
    trueMs += each.afterMs;
    if (each.restarted) {
      startedMs = trueMs;
      terms = leaseTerms(who, clock);
      count();
    }
    if (each.asked === null || each.answered === null) continue;
    const upMs = far(trueMs + each.asked);
    trueMs += each.asked + each.answered;
    terms.learn({ upMs } as RuntimeInfo);
    trueMs += each.thinksMs;
    const hold = terms.next();
    count();
    if (each.held !== null) events.push({ atMs: trueMs + each.held, hold });
  }
  const leases: Run['leases'] = [];
  const refused: string[] = [];
  let lease: Lease | null = null;
  for (const { atMs, hold } of events.toSorted((a, b) => a.atMs - b.atMs)) {
    try {
      lease = renewed(lease, hold, 0, { ms: far(atMs), boot: 'b' });
      leases.push({ atMs, lease });
    } catch (error) {
      refused.push((error as { code: string }).code);
    }
  }
  return {
    // What holds is asked in true time.
    leases: leases.map(({ atMs, lease: held }) => ({
      atMs,
      lease: {
        ...held,
        untilMs: ((held.untilMs ?? 0) - 5_000_000) / farRate,
        secondMs: held.secondMs / farRate,
      },
    })),
    counted,
    refused,
  };
}

test('nothing runs there once fleetd counts it as ended', () => {
  fc.assert(
    fc.property(fc.array(beat, { maxLength: 40 }), fc.tuple(rate, rate), (beats, rates) => {
      const { leases, counted } = run(beats, rates);
      for (const { atMs, lease } of leases) {
        // Stopping is begun at the end of the second term and takes its time by the far end's clock.
        const stoppedMs = (lease.untilMs ?? 0) + lease.secondMs + leaseStopMs / (rates[1] ?? 1);
        // What fleetd counts with when that lease was given; later it only ever counts longer.
        const known = counted.filter((one) => one.atMs <= atMs).at(-1);
        expect(known?.endsMs).toBeGreaterThanOrEqual(stoppedMs - 1e-3);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('where every renewal comes within seconds it never lapses', () => {
  const prompt = fc.integer({ min: 0, max: 5_000 });
  const lively = fc.record({
    afterMs: fc.constant(10_000),
    asked: prompt,
    answered: prompt,
    held: prompt,
    thinksMs: fc.integer({ min: 0, max: 100 }),
    restarted: fc.constant(false),
  });
  fc.assert(
    fc.property(fc.array(lively, { minLength: 2, maxLength: 60 }), fc.tuple(rate, rate), (beats, rates) => {
      const { leases, refused } = run(beats, rates);
      expect(refused).toEqual([]);
      for (const [at, { lease }] of leases.slice(0, -1).entries())
        expect(lease.untilMs).toBeGreaterThan(leases[at + 1]?.atMs ?? Number.POSITIVE_INFINITY);
    }),
    { numRuns: 500 },
  );
});

test('a renewal that was held up gives no more time, and one that overtook another takes none away', () => {
  const at = (ms: number) => ({ ms, boot: 'b' });
  const hold = (untilMs: number): Hold => ({ ...who, untilMs, secondMs: 1_000 });
  expect(codeOf(() => renewed(null, hold(500), 0, at(600)))).toBe('LEASE_OVER');
  const first = renewed(null, hold(2_000), 0, at(0));
  expect(renewed(first, hold(1_500), 0, at(100)).untilMs).toBe(2_000);
  // Over is over: a late one of a shorter end does not bring the longer back.
  expect(renewed(first, hold(2_600), 0, at(2_500)).untilMs).toBe(2_600);
});

describe('who may write', () => {
  const at = (ms: number, boot = 'b') => ({ ms, boot });
  const lease: Lease = {
    ...who,
    epoch: 2,
    sinceMs: 0,
    boot: 'b',
    atMs: 1_000,
    untilMs: 2_000,
    secondMs: 500,
  };
  const mine = { fleet: 'one', epoch: 2, sinceMs: 0 };
  const ask = (asker: typeof mine | null, now = at(1_500), found: Lease | null = lease) =>
    codeOf(() => requireHeld(found, asker, now));

  test('who holds it, while it holds', () => {
    expect(ask(mine)).toBe('ok');
    expect(ask(mine, at(2_000))).toBe('LEASE_OVER');
    expect(ask(mine, at(9_000))).toBe('LEASE_OVER');
    expect(ask(mine, at(1_500), null)).toBe('LEASE_OVER');
  });
  test('not who was taken over, nor another fleet, nor who does not ask for a lease', () => {
    expect(ask({ ...mine, epoch: 1 })).toBe('EPOCH_OLD');
    expect(ask({ ...mine, fleet: 'two' })).toBe('LEASE_OF_ANOTHER');
    expect(ask(null)).toBe('LEASE_OF_ANOTHER');
    expect(ask(null, at(2_400))).toBe('LEASE_OF_ANOTHER');
  });
  test('who does not ask for one, once nothing runs any more or none was ever given', () => {
    expect(ask(null, at(2_500))).toBe('ok');
    expect(ask(null, at(0), null)).toBe('ok');
    expect(ask(null, at(1_500), { ...lease, untilMs: null })).toBe('ok');
  });
  test('another boot, and a clock that went back, are another life', () => {
    expect(leaseState(lease, at(1_500, 'c'))).toBe('over');
    expect(leaseState(lease, at(900))).toBe('over');
    expect(ask(mine, at(1_500, 'c'))).toBe('LEASE_OVER');
    expect(ask(null, at(900))).toBe('ok');
  });
  test('the later stream of the same fleet: what the one before still brings is refused', () => {
    const later = renewed(lease, { ...who, epoch: 2, untilMs: 3_000, secondMs: 500 }, 1_400, at(1_500));
    expect(ask({ ...mine, sinceMs: 1_400 }, at(1_600), later)).toBe('ok');
    expect(ask(mine, at(1_600), later)).toBe('LEASE_OVER');
    const held: Hold = { ...who, epoch: 2, untilMs: 9_000, secondMs: 500 };
    expect(codeOf(() => renewed(later, held, 0, at(1_600)))).toBe('LEASE_OVER');
  });
  test('another fleet takes it when it has ended; the older epoch never', () => {
    const hold: Hold = { ...who, fleet: 'two', epoch: 1, untilMs: 9_000, secondMs: 500 };
    expect(codeOf(() => renewed(lease, hold, 0, at(2_400)))).toBe('LEASE_OF_ANOTHER');
    expect(renewed(lease, hold, 0, at(2_500))).toMatchObject({ fleet: 'two', untilMs: 9_000 });
    const old = { ...hold, fleet: 'one', epoch: 1 };
    expect(codeOf(() => renewed(lease, old, 0, at(2_500)))).toBe('EPOCH_OLD');
    expect(codeOf(() => renewed({ ...lease, untilMs: null }, old, 0, at(2_500)))).toBe('EPOCH_OLD');
    expect(renewed(lease, { ...old, epoch: 3 }, 0, at(1_500))).toMatchObject({ epoch: 3, untilMs: 9_000 });
  });
});

test('fleetd counts before it has heard of the runtime, and no end where the lease was given back', () => {
  let nowMs = 1_000;
  const clock: Clock = { nowMs: () => -1, upMs: () => nowMs, after: () => () => {} };
  const terms = leaseTerms(who, clock);
  const whole = leaseTermMs + secondTermMs + leaseStopMs;
  expect(terms.endsMs()).toBeGreaterThan(1_000 + whole);
  expect(terms.endsMs()).toBeLessThan(1_000 + whole * 1.02);
  nowMs = 50_000;
  terms.learn({ upMs: 77 } as RuntimeInfo);
  nowMs = 51_000;
  expect(terms.next()).toEqual({ ...who, untilMs: 77 + 1_000 + leaseTermMs, secondMs: secondTermMs });
  expect(terms.endsMs()).toBeGreaterThan(51_000 + whole);
  expect(() => terms.learn({} as RuntimeInfo)).toThrowError(
    expect.objectContaining({ code: 'AGENT_INCOMPATIBLE' }),
  );
  terms.givenBack();
  expect(terms.endsMs()).toBe(Number.POSITIVE_INFINITY);
});
