// Through the whole fleet: an objective is asked for, and what becomes of it is observed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openRealOv, type RealOv } from '../support/real-ov.ts';

let real: RealOv;
let fleet: RealFleet | null = null;
beforeAll(async () => {
  real = await openRealOv();
});
afterEach(async () => {
  await fleet?.[Symbol.asyncDispose]();
  fleet = null;
});
afterAll(() => real?.[Symbol.asyncDispose]());

async function open(name: string, extra?: string): Promise<RealFleet> {
  await real.product(name);
  fleet = await openRealFleet({
    channel: real.channel(),
    workspace: real.workspace,
    products: [name],
    extra,
  });
  return fleet;
}

/** Nothing of the product is left: no process, no tmux session. */
async function expectNothingLeft(name: string): Promise<void> {
  const { runtime } = fleet?.fleetd.fleet.loop.context ?? {};
  const report = await runtime?.footprint([{ name, root: `${real.workspace}/${name}` }]);
  expect(report?.products[0]?.processes).toEqual([]);
  expect(await real.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
}

describe('the fleet against the real ov', () => {
  it('queues, starts, hands over, hears "Run complete", stops, leaves nothing', async () => {
    const { start, reaches } = await open('alpha');
    const id = start('alpha', 'ship it');
    const done = await reaches(id, 'done', 'failed');
    expect(done).toMatchObject({ state: 'done' });
    await expectNothingLeft('alpha');
  });
});
