// When is a session over that sends no final mail? On a manual clock: it takes ten minutes to tell.
import { describe, expect, it } from 'vitest';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

async function running() {
  const t = testFleet({ registry: registry([product('alpha')]) });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.settle();
  const p = t.fake.product('alpha');
  p.lastActivityMs = t.clock.nowMs();
  return { ...t, p };
}

describe('a session without a final mail', () => {
  it('is done when its exit trigger is met and it has been quiet', async () => {
    const { p, clock, fleet } = await running();
    p.complete = true;
    await clock.advance(tuning.finishQuietMs - 1_000);
    expect(fleet.commands.objective('obj-1').state).toBe('running');
    await clock.advance(2 * tuning.sweepLiveMs);
    expect(fleet.commands.objective('obj-1')).toMatchObject({
      state: 'done',
      why: expect.stringContaining('no final mail'),
    });
  });

  it('goes on while the trigger is not met, while it works, and while a human is asked', async () => {
    const quiet = await running();
    await quiet.clock.advance(2 * tuning.finishQuietMs);
    expect(quiet.fleet.commands.objective('obj-1').state).toBe('running');

    const busy = await running();
    busy.p.complete = true;
    busy.p.screen = '✶ Thinking… (3s · esc to interrupt)';
    await busy.clock.advance(tuning.finishQuietMs + 3 * tuning.sweepLiveMs);
    expect(busy.fleet.commands.objective('obj-1').state).toBe('running');

    const asking = await running();
    asking.p.complete = true;
    asking.fake.mailFrom('alpha', { subject: '[obj-1] which one?', type: 'question' });
    await asking.clock.advance(2 * tuning.finishQuietMs);
    expect(asking.fleet.commands.objective('obj-1').state).toBe('running');
  });
});

describe('what is wrong with a running session', () => {
  it('is named once, stays named while the product answers, and ends with the session', async () => {
    const { p, clock, fleet, journal, source } = await running();
    p.screen = 'API Error: 529 overloaded_error\n❯ ';
    await clock.advance(5 * tuning.sweepLiveMs);
    expect(journal.trouble('alpha')?.code).toBe('CLAUDE_API_ERROR');
    const told = () =>
      fleet.commands.eventsAfter(0, 1_000).filter((event) => event.kind === 'product.trouble');
    expect(told()).toHaveLength(1);
    p.screen = '❯ ';
    await clock.advance(2 * tuning.sweepLiveMs);
    expect(journal.trouble('alpha')).toBeNull();
    p.screen = 'API Error: 529 overloaded_error\n❯ ';
    await clock.advance(2 * tuning.sweepLiveMs);
    fleet.commands.stop('alpha', null, source);
    await clock.advance(60_000);
    expect(journal.trouble('alpha')).toBeNull();
  });

  it('a dialog on the fresh screen fails the objective before it is handed over', async () => {
    const t = testFleet({ registry: registry([product('alpha')]) });
    await t.clock.settle();
    t.fake.product('alpha').screen = 'Do you trust the files in this folder?\n ❯ 1. Yes\n   2. No, exit';
    t.start('alpha', 'ship it');
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('CLAUDE_DIALOG'),
    });
    expect(t.fake.product('alpha').received).toEqual([]);
  });
});
