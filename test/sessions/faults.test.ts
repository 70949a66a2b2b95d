// What `ov` does wrong at a start, on the way, at an end and at a stop, and what becomes of the objective.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { by, open } from './misbehaving-fleet.ts';

describe('a start', () => {
  it('clears an orphan session and starts once more', async () => {
    const { mine, sim } = await open('orphaned');
    await sim.tmux('new-session', '-d', '-s', 'overstory-orphaned-coordinator', 'sleep', '600');
    const id = mine.start('orphaned', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.starting')).toHaveLength(1);
  });

  it('that failed after its effect is a running session', async () => {
    const { mine } = await open('aftermath', [
      { command: 'coordinator start', kind: 'crash-after', text: 'no-pid', times: 1 },
    ]);
    const id = mine.start('aftermath', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.starting')).toHaveLength(1);
  });

  it('waits while the databases are locked, and says so', async () => {
    const { mine } = await open('locked', [
      { command: 'mail list', kind: 'fail', text: 'db-locked', times: 4 },
    ]);
    const id = mine.start('locked', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  });

  it('looks again while a worktree is half made, and calls it no trouble', async () => {
    const halfMade =
      'git worktree list --porcelain failed (exit 128): fatal: failed to read .git/worktrees/a/commondir';
    const { mine } = await open('making', [{ command: 'status', kind: 'fail', text: halfMade, times: 3 }]);
    const id = mine.start('making', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('product.trouble')).toEqual([]);
  });

  it('is refused for good where only a human can mend', async () => {
    const { mine, root } = await open('unmendable');
    writeFileSync(join(root, '.overstory/config.local.yaml'), 'agents: [');
    const id = mine.start('unmendable', 'ship it');
    expect((await mine.reaches(id, 'done', 'failed')).why).toContain('OV_BAD_CONFIG');
    expect(mine.events('session.starting')).toHaveLength(1);
  });
});

describe('delivery', () => {
  it('asks a coordinator that was not woken whether it has heard, by the id of the mail', async () => {
    const { mine } = await open('sleepy', [{ command: 'coordinator send', kind: 'not-nudged', times: 1 }]);
    const id = mine.start('sleepy', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.said('sleepy')).toContain(`The coordinator of sleepy was asked about ${id}.1.`);
    expect(mine.said('sleepy')).toContainEqual(expect.stringMatching(`^${id}.1 was heard: answered`));
  });
});

describe('a finish', () => {
  it('records duration, merged branches and what is parked', async () => {
    const { mine } = await open('merging');
    const id = mine.start('merging', 'ship it');
    await mine.reaches(id, 'done', 'failed');
    const [ended] = mine.events('session.ended');
    expect(ended?.data.merged).toEqual(expect.arrayContaining([expect.stringMatching(/^overstory\//)]));
    expect(ended?.data.durationMs).toBeGreaterThan(0);
  });
});

describe('a stop', () => {
  it('that half-fails is finished by observation', async () => {
    const { mine, root, sim } = await open('halfway', [
      { command: 'coordinator stop', kind: 'server-exited', times: 1 },
    ]);
    const id = mine.start('halfway', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    const ov = await sim.lab.ov(root, ['run', '--json']);
    expect(ov.json.run).toBeNull();
  });

  it('ends a worker that leaves a process behind', async () => {
    const { mine } = await open('leaking', [{ command: 'worker', kind: 'leak', times: 1 }]);
    const id = mine.start('leaking', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.ended')[0]?.data).toMatchObject({ leftovers: [] });
  });

  it('parks what is not merged, and a resume hands it over', async () => {
    const { mine } = await open('parking', [{ command: 'worker', kind: 'endless', times: 1 }]);
    const id = mine.start('parking', 'ship it');
    const { context } = mine.fleetd.fleet.loop;
    await until(
      () => context.observations.get('parking')?.snapshot.workers ?? [],
      (workers) => workers.some((one) => one.capability === 'builder' && one.state === 'completed'),
    );
    const { controls } = mine.fleetd.fleet;
    controls.pause('parking', 'lunch', by);
    await mine.reaches(id, 'queued');
    const parked = context.journal.lastEnded(id)?.leftovers ?? [];
    expect(parked).toEqual([expect.stringMatching(/^branch overstory\/builder-obj-1-/)]);
    controls.resume('parking', by);
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    const second = mine.events('action.intended').filter((one) => one.data.kind === 'coordinator.send')[2];
    expect(JSON.stringify(second?.data.args)).toContain(`- ${parked[0]?.slice('branch '.length)}`);
    expect(JSON.stringify(second?.data.args)).toContain('lunch');
  }, 60_000);
});
