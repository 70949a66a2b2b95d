// A whole fleetd over a real agent and ov-sim, which is told how to misbehave. After every test: no process of
// the product, no tmux session but the keeper.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { liveness } from '../../src/fleet/observe/liveness.ts';
import type { Tuning } from '../../src/fleet/tuning.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { processesIn, until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const by = { via: 'cli', sender: 'tester', thread: null } as const;
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

async function open(name: string, faults: Fault[] = [], tuning: Partial<Tuning> = {}): Promise<RealFleet> {
  root = await sim.lab.product(name);
  sim.faults(root, faults);
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [name],
    tuning: { ...quick, ...tuning },
  });
  return fleet;
}
const trouble = (name: string, code: string) =>
  until(
    () => fleet?.fleetd.fleet.loop.context.journal.trouble(name)?.code,
    (seen) => seen === code,
  );

describe('a start', () => {
  it('clears an orphan session and starts once more', async () => {
    const mine = await open('orphaned');
    await sim.tmux('new-session', '-d', '-s', 'overstory-orphaned-coordinator', 'sleep', '600');
    const id = mine.start('orphaned', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.starting')).toHaveLength(1);
  });

  it('that failed after its effect is a running session', async () => {
    const mine = await open('aftermath', [
      { command: 'coordinator start', kind: 'crash-after', text: 'no-pid', times: 1 },
    ]);
    const id = mine.start('aftermath', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.starting')).toHaveLength(1);
  });

  it('waits while the databases are locked, and says so', async () => {
    const mine = await open('locked', [{ command: 'mail list', kind: 'fail', text: 'db-locked', times: 4 }]);
    const id = mine.start('locked', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  });

  it('looks again while a worktree is half made, and calls it no trouble', async () => {
    const halfMade =
      'git worktree list --porcelain failed (exit 128): fatal: failed to read .git/worktrees/a/commondir';
    const mine = await open('making', [{ command: 'status', kind: 'fail', text: halfMade, times: 3 }]);
    const id = mine.start('making', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('product.trouble')).toEqual([]);
  });

  it('is refused for good where only a human can mend', async () => {
    const mine = await open('unmendable');
    writeFileSync(join(root, '.overstory/config.local.yaml'), 'agents: [');
    const id = mine.start('unmendable', 'ship it');
    expect((await mine.reaches(id, 'done', 'failed')).why).toContain('OV_BAD_CONFIG');
    expect(mine.events('session.starting')).toHaveLength(1);
  });
});

describe('delivery', () => {
  it('asks a coordinator that was not woken whether it has heard, by the id of the mail', async () => {
    const mine = await open('sleepy', [{ command: 'coordinator send', kind: 'not-nudged', times: 1 }]);
    const id = mine.start('sleepy', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.said('sleepy')).toContain(`The coordinator of sleepy was asked about ${id}.1.`);
    expect(mine.said('sleepy')).toContainEqual(expect.stringMatching(`^${id}.1 was heard: answered`));
  });
});

describe('liveness', () => {
  it('logged out ends the session with the mend', async () => {
    const mine = await open('expired', [{ command: 'coordinator', kind: 'logged-out', times: 1 }]);
    const id = mine.start('expired', 'ship it');
    expect((await mine.reaches(id, 'done', 'failed')).why).toContain('CLAUDE_LOGGED_OUT');
  });

  it('hung is named and not ended', async () => {
    const mine = await open('hanging', [{ command: 'coordinator', kind: 'hang-busy', times: 1 }]);
    const id = mine.start('hanging', 'ship it');
    await trouble('hanging', 'SESSION_HUNG');
    expect(mine.objective(id).state).toBe('running');
    mine.fleetd.fleet.commands.stop('hanging', null, by);
    await mine.reaches(id, 'cancelled');
  });

  it('idle is told from busy', async () => {
    const mine = await open('calm', [{ command: 'worker', kind: 'endless', times: 1 }]);
    const { context } = mine.fleetd.fleet.loop;
    const patience = { screenConfirmMs: 8_000, hungAfterMs: 1_200_000 };
    const state = async () => {
      const snapshot = await context.observe('calm');
      return liveness({ snapshot, finalMail: false, screen: null, nowMs: Date.now() }, patience).state;
    };
    // A human's, with nothing to do yet; the objective takes it over.
    await context.runtime.ov({ name: 'calm', root }, 'coordinator.start', {});
    expect(await state()).toBe('idle');
    const id = mine.start('calm', 'ship it');
    await until(state, (seen) => seen === 'busy');
    mine.fleetd.fleet.commands.stop('calm', null, by);
    await mine.reaches(id, 'cancelled');
  });

  it('died silently fails the objective', async () => {
    const mine = await open('dying', [{ command: 'worker', kind: 'endless', times: 1 }]);
    const id = mine.start('dying', 'ship it');
    // At its work: one that dies before it is seen alive is only started again.
    await mine.handedOver('dying', id);
    sim.faults(root, [{ command: 'coordinator', kind: 'die', times: 1 }]);
    expect((await mine.reaches(id, 'done', 'failed')).why).toContain('its run was not closed');
  });

  it('a worker whose claude died at its start is told with what it printed, though sling called it a success', async () => {
    const mine = await open('stillborn', [
      { command: 'worker', kind: 'stillborn', text: 'nested-claude', times: 1 },
    ]);
    const id = mine.start('stillborn', 'ship it');
    const lost = await until(
      () => mine.events('worker.lost'),
      (events) => events.length > 0,
    );
    expect(lost[0]).toMatchObject({
      text: expect.stringContaining(
        'WORKER_DIED_AT_START: Worker lead-obj-1 of stillborn died at its start: Error: Claude Code cannot be launched inside another Claude Code session.',
      ),
      data: { agent: 'lead-obj-1', mail: null, code: 'WORKER_DIED_AT_START' },
    });
    const status = mine.fleetd.fleet.status(null);
    expect(status.products[0]?.workers).toMatchObject([{ name: 'lead-obj-1', state: 'zombie' }]);
    expect(mine.objective(id).state).toBe('running');
    mine.fleetd.fleet.commands.stop('stillborn', null, by);
    await mine.reaches(id, 'cancelled');
  });

  it('a broken mail.db is a trouble, not "no mail"; mended, the objective goes on', async () => {
    const mine = await open('corrupt');
    const file = join(root, '.overstory/mail.db');
    writeFileSync(file, 'this is no database, whatever status says'.repeat(50));
    const id = mine.start('corrupt', 'ship it');
    await trouble('corrupt', 'OV_DB_CORRUPT');
    expect(['queued', 'starting']).toContain(mine.objective(id).state);
    // Not under a look: at its end that would take the -wal of the new one, and the objective in it, for its own.
    await until(
      () => processesIn(join(sim.folder, 'ov-sim.mjs')),
      (looks) => looks.length === 0,
    );
    for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  });
});

describe('a finish', () => {
  it('records duration, merged branches and what is parked', async () => {
    const mine = await open('merging');
    const id = mine.start('merging', 'ship it');
    await mine.reaches(id, 'done', 'failed');
    const [ended] = mine.events('session.ended');
    expect(ended?.data.merged).toEqual(expect.arrayContaining([expect.stringMatching(/^overstory\//)]));
    expect(ended?.data.durationMs).toBeGreaterThan(0);
  });
});

describe('a stop', () => {
  it('that half-fails is finished by observation', async () => {
    const mine = await open('halfway', [{ command: 'coordinator stop', kind: 'server-exited', times: 1 }]);
    const id = mine.start('halfway', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    const ov = await sim.lab.ov(root, ['run', '--json']);
    expect(ov.json.run).toBeNull();
  });

  it('ends a worker that leaves a process behind', async () => {
    const mine = await open('leaking', [{ command: 'worker', kind: 'leak', times: 1 }]);
    const id = mine.start('leaking', 'ship it');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('session.ended')[0]?.data).toMatchObject({ leftovers: [] });
  });

  it('parks what is not merged, and a resume hands it over', async () => {
    const mine = await open('parking', [{ command: 'worker', kind: 'endless', times: 1 }]);
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
