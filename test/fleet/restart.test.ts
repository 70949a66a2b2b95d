// Self-healing: what follows a session that ended by itself, by the product's restart policy.
import { describe, expect, it } from 'vitest';
import type { Product } from '../../src/registry/registry.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const minute = 60_000;
const policy = (more: Partial<Product['restart']>): Product['restart'] => ({
  policy: 'on-failure',
  max: 2,
  windowMs: 60 * minute,
  backoffMs: 30_000,
  activityTimeoutMs: null,
  ...more,
});

async function ready(restart: Product['restart']) {
  const t = testFleet({ registry: registry([product('alpha', { restart }), product('beta')]) });
  await t.clock.settle();
  return Object.assign(t, {
    state: (id: string) => t.fleet.commands.objective(id),
    restarts: () => t.fleet.status('alpha').products[0]?.restarts?.count,
    async dies() {
      t.fake.product('alpha').coordinator = 'dead';
      t.fake.changed('alpha');
      await t.clock.advance(20_000);
    },
  });
}

describe('a session that died', () => {
  it('never: its objective has failed', async () => {
    const t = await ready(policy({ policy: 'never' }));
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    await t.dies();
    expect(t.state('obj-1').state).toBe('failed');
    expect(t.restarts()).toBeUndefined();
  });

  it('on-failure: waits its turn again, twice as long each time, until the limit within the window', async () => {
    const t = await ready(policy({}));
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    await t.dies();
    expect(t.state('obj-1')).toMatchObject({ state: 'queued' });
    expect(t.state('obj-1').why).toMatch(/waits for its time/);
    expect(t.fake.product('alpha').starts).toBe(1);
    await t.clock.advance(30_000);
    expect(t.fake.product('alpha').starts).toBe(2);
    expect(t.restarts()).toBe(1);
    await t.dies();
    await t.clock.advance(35_000);
    expect(t.fake.product('alpha').starts).toBe(2);
    await t.clock.advance(25_000);
    expect(t.fake.product('alpha').starts).toBe(3);
    await t.dies();
    expect(t.state('obj-1')).toMatchObject({ state: 'failed' });
    expect(t.state('obj-1').why).toMatch(/restarted 2 times within 60 min, and is left to you/);
    expect(t.restarts()).toBe(2);
    // the window slides
    await t.clock.advance(61 * minute);
    expect(t.restarts()).toBe(0);
    t.fleet.controls.requeue('obj-1', t.source);
    await t.clock.advance(minute);
    await t.dies();
    expect(t.state('obj-1').state).toBe('queued');
  });

  it('comes through the same door: a paused product is not restarted', async () => {
    const t = await ready(policy({}));
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    await t.dies();
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(10 * minute);
    expect(t.fake.product('alpha').starts).toBe(1);
    t.fleet.controls.resume('alpha', t.source);
    await t.clock.advance(minute);
    expect(t.fake.product('alpha').starts).toBe(2);
  });

  it('is not restarted when a human stopped it', async () => {
    const t = await ready(policy({ policy: 'always' }));
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    t.fleet.commands.stop('alpha', 'enough', t.source);
    await t.clock.advance(minute);
    expect(t.state('obj-1').state).toBe('cancelled');
  });
});

describe('a coordinator that ends its run without a word', () => {
  const closes = async (t: Awaited<ReturnType<typeof ready>>) => {
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    // completed by itself: overstory's row is there, its run is closed, and no mail has come
    const snapshot = t.fake.runtime.snapshot.bind(t.fake.runtime);
    t.fake.runtime.snapshot = async (...asked) =>
      (await snapshot(...asked)).map((seen) =>
        seen.product === 'alpha' && seen.coordinator
          ? {
              ...seen,
              runId: null,
              coordinator: { ...seen.coordinator, state: 'completed', tmuxAlive: false },
            }
          : seen,
      );
    t.fake.changed('alpha');
    await t.clock.advance(20_000);
    t.fake.runtime.snapshot = snapshot;
  };
  it.each([
    ['on-failure', 'done'],
    ['always', 'queued'],
  ] as const)('%s: %s', async (word, state) => {
    const t = await ready(policy({ policy: word }));
    await closes(t);
    expect(t.state('obj-1').state).toBe(state);
  });
});

describe('a session in which nothing happens', () => {
  it('has failed after the activity timeout, unless a human is asked', async () => {
    const t = await ready(policy({ policy: 'never', activityTimeoutMs: 30 * minute }));
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    t.fake.product('alpha').lastActivityMs = t.clock.nowMs();
    await t.clock.advance(25 * minute);
    expect(t.state('obj-1').state).toBe('running');
    await t.clock.advance(7 * minute);
    expect(t.state('obj-1').state).toBe('failed');
    expect(t.state('obj-1').why).toMatch(/Nothing has been done for 3\d min/);

    t.start('alpha', 'y');
    await t.clock.advance(minute);
    t.fake.product('alpha').lastActivityMs = t.clock.nowMs();
    t.fake.mailFrom('alpha', { type: 'question', subject: '[obj-2] Which?', body: 'a or b' });
    await t.clock.advance(60 * minute);
    expect(t.state('obj-2').state).toBe('running');
  });
});
