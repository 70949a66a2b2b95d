// Usage limits: what a closed account holds, and what it leaves alone.
import { deepStrictEqual } from 'node:assert/strict';
import { fleet, nowMs } from '../fleets.ts';
import { closed, held, productOf, slotsUsed, startsOf } from '../reference.ts';
import { expect, property, startIds } from './property.ts';

export const closedStartsNothing = property(
  'nothing starts on an account that is closed or held, and at its reset it is open',
  2,
  fleet,
  ({ decide }, state) => {
    for (const { product } of startsOf(decide(state, nowMs))) {
      const { account } = productOf(state, product) ?? {};
      expect(!closed(productOf(state, product), nowMs), `Expected ${account?.name} open for ${product}`);
      expect(!held(productOf(state, product), nowMs), `Expected ${account?.name} not held for ${product}`);
    }
    const resets = state.products.flatMap(
      ({ account }) => account.closed?.untilMs ?? account.held?.untilMs ?? [],
    );
    for (const atMs of resets.filter((ms) => ms > nowMs)) {
      const { waits } = decide(state, atMs);
      for (const { product, rule } of waits) {
        const shut = rule === 'account-closed' ? closed : rule === 'account-held' ? held : null;
        expect(shut === null || shut(productOf(state, product), atMs), `Expected ${product} open at ${atMs}`);
      }
    }
  },
);

export const accountGivesSlot = property(
  'waiting on a closed account gives back the slot and nothing else; on an open one nothing',
  1,
  fleet,
  ({ decide, withLimits }, state) => {
    const awake = { ...state, sessions: state.sessions.map((s) => ({ ...s, limited: false })) };
    const freed = slotsUsed(awake, nowMs) - slotsUsed(state, nowMs);
    const wider = withLimits(awake, { maxConcurrentSessions: awake.limits.maxConcurrentSessions + freed });
    deepStrictEqual(startIds(decide(state, nowMs)), startIds(decide(wider, nowMs)));
    for (const { objective } of decide(state, nowMs).atLimit) {
      const session = state.sessions.find((one) => one.objective === objective);
      expect(
        session?.limited === true && closed(productOf(state, session.product), nowMs),
        `Expected ${objective} at the limit of a closed account`,
      );
    }
  },
);
