// `ov` ends a coordinator that is not at its prompt after 30 s, and says the same of one that waits and of one that is slow.
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/common/clock.ts';
import { ovFailure } from '../../src/overstory/errors.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const notReady =
  'Coordinator tmux session "overstory-alpha-coordinator" did not become ready during startup. Claude Code may still be waiting on an interactive dialog or initializing too slowly.';

/** The first `slow` starts show this screen for 30 s and fail. */
async function started(screen: string, slow: number) {
  const t = testFleet({ registry: registry([product('alpha')]) });
  let starts = 0;
  t.fake.setFault(async ({ command }) => {
    if (command !== 'coordinator.start' || ++starts > slow) return null;
    t.fake.product('alpha').screen = screen;
    await sleep(t.clock, 30_000);
    t.fake.product('alpha').screen = '❯ ';
    return ovFailure(notReady);
  });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(31_000);
  return { ...t, starts: () => starts, objective: () => t.fleet.commands.objective('obj-1') };
}

describe('a start that was not ready in time', () => {
  it('is slow where the screen is blank, and is tried again', async () => {
    const t = await started('', 1);
    expect(t.journal.trouble('alpha')).toBeNull();
    expect(t.objective()).toMatchObject({ state: 'queued', why: expect.stringContaining('OV_SLOW_START') });
    await t.clock.advance(60_000);
    expect(t.objective().state).toBe('running');
    expect(t.starts()).toBe(2);
  });

  it('fails at once, with the words of the dialog that was seen, where there is one', async () => {
    const t = await started(
      ' Quick safety check: Is this a project you trust?\n\n ❯ 1. Yes, I trust this folder\n   2. No',
      9,
    );
    expect(t.objective()).toMatchObject({ state: 'failed', why: expect.stringContaining('CLAUDE_DIALOG') });
    expect(t.objective().why).toContain('Quick safety check');
    expect(t.starts()).toBe(1);
  });

  it('ends after the last retry where it never comes up', async () => {
    const t = await started('', 9);
    await t.clock.advance(200_000);
    expect(t.objective()).toMatchObject({ state: 'failed', why: expect.stringContaining('OV_SLOW_START') });
  });
});
