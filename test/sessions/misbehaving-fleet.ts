// A whole fleetd over a real agent and ov-sim, which is told how to misbehave. After every test: no process of
// the product, no tmux session but the keeper.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Tuning } from '../../src/fleet/tuning.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

export const by = { via: 'cli', sender: 'tester', thread: null } as const;

const quick: Partial<Tuning> = {
  sweepLiveMs: 300,
  screenEveryMs: 200,
  screenConfirmMs: 500,
  hungAfterMs: 1_000,
  askDeafMs: 500,
  askAgainMs: [2_000, 4_000, 8_000],
  stopGraceMs: 1_000,
  lookAgainMs: 100,
  startRetryMs: [200],
};

let sim: SimOv;
let fleet: RealFleet | null = null;
let root = '';
beforeAll(async () => {
  sim = await openSimOv();
});
afterEach(async () => {
  const { runtime } = fleet?.fleetd.fleet.loop.context ?? {};
  const report = await runtime?.footprint([{ name: 'p', root }]);
  await fleet?.[Symbol.asyncDispose]();
  fleet = null;
  expect(report?.products[0]?.processes ?? []).toEqual([]);
  expect(await sim.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
});
afterAll(() => sim?.[Symbol.asyncDispose]());

/** A fleet of one product, over a simulator with these faults. */
export async function open(
  name: string,
  faults: Fault[] = [],
  tuning: Partial<Tuning> = {},
  extra?: string,
): Promise<{ mine: RealFleet; sim: SimOv; root: string }> {
  root = await sim.lab.product(name);
  sim.faults(root, faults);
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [name],
    tuning: { ...quick, ...tuning },
    ...(extra && { extra }),
  });
  return { mine: fleet, sim, root };
}
