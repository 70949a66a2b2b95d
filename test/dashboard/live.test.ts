// When open pages are told that something is different.
import { expect, it, vi } from 'vitest';
import type { FleetEvent } from '../../src/contract/events.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { watchFleet } from '../../src/dashboard/live.ts';
import { manualClock } from '../support/manual-clock.ts';

type State = FleetStatus['products'][number]['state'];

/** A fleet of one product in these states, one after another, of which no event tells. */
function quietFleet(...states: State[]) {
  const asked = vi.fn(async () => {
    const state = states.length > 1 ? states.shift() : states[0];
    return { capacity: { liveSessions: state === 'running' ? 1 : 0 }, products: [{ state }] } as FleetStatus;
  });
  const events = async function* (): AsyncGenerator<FleetEvent> {};
  return { status: asked, events };
}

it.each([
  { what: 'a product that was not looked at yet', state: 'unknown' },
  { what: 'a live session', state: 'running' },
] as const)('tells of $what every few seconds until it is over', async ({ state }) => {
  const clock = manualClock();
  const fleet = quietFleet(state, state, 'idle');
  const live = watchFleet(fleet, clock);
  const told = vi.fn();
  live.onChange(told);
  for (const times of [1, 2]) {
    await vi.waitFor(() => expect(fleet.status).toHaveBeenCalledTimes(times));
    await clock.advance(5_000);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(times));
  }
  await clock.advance(60_000);
  expect(fleet.status).toHaveBeenCalledTimes(3);
  expect(told).toHaveBeenCalledTimes(2);
  await live.close();
});
