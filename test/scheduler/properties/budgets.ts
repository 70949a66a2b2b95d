// Budgets broken mid-run, more budget, and what waiting on a human gives back.
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { fleet, gib, nowMs } from '../fleets.ts';
import { before, neverFits, pausedForOwnCap, productOf, slotsUsed } from '../reference.ts';
import { enforcements, expect, property, queued, startIds } from './property.ts';

export const enforcementHolds = property(
  'budgets: told while over, paused after the grace, the lowest of those that hold some first, asked at the cost limit',
  4,
  fleet,
  ({ decide }, state) => {
    const plan = decide(state, nowMs);
    const { limits, sessions } = state;
    const memoryOf = (list: typeof sessions) =>
      list.reduce((sum, s) => sum + (s.measured?.memoryBytes ?? 0), 0);
    const cpuUsed = sessions.reduce((sum, s) => sum + (s.measured?.cpuCores ?? 0), 0);
    const fleetWide = enforcements(plan).filter(({ numbers }) => numbers.scope === 'fleet');
    const has = (kind: string, rule: string) => fleetWide.some((r) => r.kind === kind && r.rule === rule);
    const over = memoryOf(sessions) > (limits.maxMemoryBytes ?? Infinity);
    const working = sessions.filter(({ state: at }) => at !== 'stopping');
    // Those a pause of the whole fleet can stop: a product over its own cap is paused for that.
    const ownPauses = pausedForOwnCap(state, nowMs);
    const staying = working.filter(({ product }) => !ownPauses.includes(product));
    const victims = staying.filter((s) => !s.adoptable && memoryOf([s]) > 0);
    const due = over && (state.memoryOverSinceMs ?? nowMs) + limits.memoryGraceMs <= nowMs;
    const overCpu = cpuUsed > (limits.maxCpuCores ?? Infinity);
    deepStrictEqual(has('tell', 'over-memory'), over);
    deepStrictEqual(
      has('pause', 'over-memory'),
      due && memoryOf(staying) > (limits.maxMemoryBytes ?? Infinity) && victims.length > 0,
    );
    deepStrictEqual(has('tell', 'over-cpu'), overCpu);
    if (over || overCpu) deepStrictEqual(startIds(plan), [], 'nothing starts while over budget');
    const victim = fleetWide.find(({ kind }) => kind === 'pause');
    if (victim && limits.strategy !== 'fifo') {
      const priority = (name: string | null) => productOf(state, name ?? '')?.priority ?? 0;
      expect(
        victims.some(({ product }) => product === victim.product),
        'Expected to pause what works and holds memory',
      );
      expect(
        victims.every(({ product }) => priority(product) >= priority(victim.product)),
        'Expected the lowest to be paused',
      );
    }
    const reached = (spent: number | null | undefined, limit: number | null | undefined) =>
      spent != null && limit != null && spent >= limit;
    const all = working.length > 0 && reached(state.spentTodayUsd, limits.maxCostUsdPerDay);
    const each = working
      .map(({ product }) => productOf(state, product))
      .filter((p) => reached(p?.spentTodayUsd, p?.caps.maxCostUsdPerDay));
    deepStrictEqual(
      enforcements(plan)
        .filter(({ rule }) => rule === 'over-cost')
        .map(({ product }) => product)
        .toSorted(),
      all ? [null] : each.map((p) => p?.name).toSorted(),
    );
  },
);

export const ownCapsHold = property(
  'a product over its own cap is told, and paused for memory after the grace; nobody else is',
  2,
  fleet,
  ({ decide }, state) => {
    const own = enforcements(decide(state, nowMs)).filter(({ numbers }) => numbers.scope === 'product');
    const named = (kind: string, rule: string) =>
      own.flatMap((r) => (r.kind === kind && r.rule === rule ? (r.product ?? '') : [])).toSorted();
    const over = (what: 'memoryBytes' | 'cpuCores', cap: 'maxMemoryBytes' | 'maxCpuCores') =>
      state.sessions
        .filter(
          ({ product, measured }) =>
            (measured?.[what] ?? 0) > (productOf(state, product)?.caps[cap] ?? Infinity),
        )
        .map(({ product }) => product)
        .toSorted();
    deepStrictEqual(named('tell', 'over-memory'), over('memoryBytes', 'maxMemoryBytes'));
    deepStrictEqual(named('tell', 'over-cpu'), over('cpuCores', 'maxCpuCores'));
    deepStrictEqual(named('pause', 'over-memory'), pausedForOwnCap(state, nowMs).toSorted());
    deepStrictEqual(named('pause', 'over-cpu'), []);
  },
);

export const moreBudget = property(
  'with more budget, the first start that differs is one more',
  3,
  fc.tuple(fleet, fc.nat(3), fc.nat(3), fc.nat(4), fc.nat(4)),
  ({ decide, withLimits }, [state, slots, live, memory, cpu]) => {
    const { limits } = state;
    const richer = withLimits(state, {
      maxConcurrentSessions: limits.maxConcurrentSessions + slots,
      maxLiveSessions: limits.maxLiveSessions + live,
      maxMemoryBytes: limits.maxMemoryBytes === null ? null : limits.maxMemoryBytes + memory * gib,
      maxCpuCores: limits.maxCpuCores === null ? null : limits.maxCpuCores + cpu / 2,
    });
    // What could never run and now can is a new contender: it may claim its bound, and others then rightly wait.
    fc.pre(queued(state).every((o) => neverFits(state, o) === neverFits(richer, o)));
    const less = new Set(startIds(decide(state, nowMs)));
    const more = new Set(startIds(decide(richer, nowMs)));
    const differing = queued(state)
      .toSorted((a, b) => before(state, a, b))
      .find(({ id }) => less.has(id) !== more.has(id));
    expect(
      !differing || more.has(differing.id),
      `Expected more budget to start ${differing?.id}, which it stopped`,
    );
  },
);

export const humanGivesSlot = property(
  'waiting on a human gives back the slot and nothing else',
  1,
  fleet,
  ({ decide, withLimits }, state) => {
    const awake = { ...state, sessions: state.sessions.map((s) => ({ ...s, waitingOnHuman: false })) };
    const freed = slotsUsed(awake, nowMs) - slotsUsed(state, nowMs);
    const wider = withLimits(awake, { maxConcurrentSessions: awake.limits.maxConcurrentSessions + freed });
    deepStrictEqual(startIds(decide(state, nowMs)), startIds(decide(wider, nowMs)));
  },
);
