// What changes under fleetd's feet, and what a swarm loses: said once, concluded from by nobody. On a manual clock.
import { describe, expect, it } from 'vitest';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

async function running() {
  const t = testFleet({ registry: registry([product('alpha')]) });
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(1_000);
  const p = t.fake.product('alpha');
  return {
    ...t,
    p,
    state: () => t.fleet.commands.objective('obj-1').state,
    events: (kind: string) => t.fleet.commands.eventsAfter(0, 10_000).filter((event) => event.kind === kind),
    notices: () => t.fleet.outbox.due(0).map(({ kind, text }) => `${kind}: ${text}`),
  };
}

describe('a clock that jumps', () => {
  const twoHours = 2 * 3_600_000;

  it('forward is named, and makes no busy session hang', async () => {
    const t = await running();
    t.p.screen = '✶ Thinking… (3s · esc to interrupt)';
    await t.clock.advance(tuning.hungAfterMs / 2);
    expect(t.fleet.status(null).clock).toBeNull();
    t.p.lastActivityMs = t.clock.nowMs();
    t.clock.jump(twoHours);
    await t.clock.advance(tuning.hungAfterMs / 2);
    expect(t.events('clock.jumped').map(({ text }) => text)).toEqual([
      expect.stringContaining('went forward by 7200 s'),
    ]);
    expect(t.fleet.status(null).clock).toMatchObject({ byMs: twoHours });
    expect(t.journal.trouble('alpha')).toBeNull();
    // It does hang, as seen by a clock that runs on: that is still named.
    await t.clock.advance(tuning.hungAfterMs);
    expect(t.journal.trouble('alpha')?.code).toBe('SESSION_HUNG');
  });

  it('back is named, and blinds nobody: the screen is looked at as before', async () => {
    const t = await running();
    await t.clock.advance(60_000);
    t.clock.jump(-twoHours);
    await t.clock.advance(tuning.sweepLiveMs * 2);
    expect(t.events('clock.jumped')).toHaveLength(1);
    const looks = t.fake.count('coordinator.output');
    await t.clock.advance(60_000);
    expect(t.fake.count('coordinator.output')).toBeGreaterThan(looks + 2);
    t.p.screen = 'Not logged in · Please run /login';
    await t.clock.advance(tuning.screenConfirmMs + tuning.sweepLiveMs * 3);
    expect(t.state()).toBe('failed');
  });

  it('back makes no retry wait for hours', async () => {
    const t = testFleet({ registry: registry([product('alpha')]) });
    await t.clock.settle();
    let failures = 1;
    t.fake.setFault(({ command }) => (command === 'coordinator.start' && failures-- > 0 ? 'before' : null));
    t.fake.product('alpha').coordinator = 'none';
    t.start('alpha', 'ship it');
    await t.clock.advance(1_000);
    t.clock.jump(-twoHours);
    await t.clock.advance(tuning.sweepLiveMs + 2 * Math.max(...tuning.startRetryMs));
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
  });

  it('is told apart from a clock that is corrected, and is forgotten after an hour', async () => {
    const t = await running();
    t.clock.jump(3_000);
    await t.clock.advance(tuning.sweepLiveMs * 2);
    expect(t.events('clock.jumped')).toEqual([]);
    t.clock.jump(60_000);
    await t.clock.advance(tuning.sweepLiveMs * 2);
    expect(t.fleet.status(null).clock).toMatchObject({ byMs: 60_000 });
    await t.clock.advance(3_700_000);
    expect(t.fleet.status(null).clock).toBeNull();
  });
});

describe('what a swarm loses', () => {
  const builder = (state: string, startedAtMs: number) => ({
    name: 'builder-1',
    capability: 'builder',
    state,
    taskId: 'task-1',
    parent: 'lead-1',
    depth: 2,
    branch: 'overstory/builder-1/task-1',
    worktree: 'builder-1',
    startedAt: new Date(startedAtMs).toISOString(),
    lastActivity: new Date(startedAtMs).toISOString(),
  });

  it('a worker that died is told once, by its mail and by its row', async () => {
    const t = await running();
    t.p.workers = [builder('working', t.clock.nowMs())];
    t.fake.mailFrom('alpha', {
      from: 'builder-1',
      to: 'lead-1',
      subject: '[RUNNER] worker_died: builder-1',
      type: 'worker_died',
      payload: JSON.stringify({ agentName: 'builder-1', reason: 'claude exited with code 1' }),
    });
    await t.clock.advance(tuning.sweepLiveMs * 2);
    t.p.workers = [builder('zombie', t.clock.nowMs())];
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('worker.lost').map(({ text }) => text)).toEqual([
      'builder-1 of alpha died: claude exited with code 1',
    ]);
    expect(t.notices()).toContain('trouble: builder-1 of alpha died: claude exited with code 1');
    expect(t.state()).toBe('running');
  });

  it('one that only its row tells of is told too, but not one of an earlier session', async () => {
    const t = await running();
    t.p.workers = [{ ...builder('zombie', 0), name: 'old' }, builder('zombie', t.clock.nowMs())];
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('worker.lost').map(({ data }) => data.agent)).toEqual(['builder-1']);
  });

  it('one that died at its start is told once, as an error, with what its claude printed', async () => {
    const t = await running();
    const death = 'Error: Claude Code cannot be launched inside another session.\n\u001b[31m<!channel>';
    t.p.workers = [{ ...builder('zombie', t.clock.nowMs()), death }];
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('worker.lost').map(({ data }) => data)).toEqual([
      expect.objectContaining({ agent: 'builder-1', code: 'WORKER_DIED_AT_START' }),
    ]);
    const told = t.fleet.outbox.due(0).filter(({ kind }) => kind === 'trouble');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      severity: 'error',
      text: expect.stringContaining(
        'WORKER_DIED_AT_START: Worker builder-1 of alpha died at its start: Error: Claude Code cannot be launched inside another session.',
      ),
    });
  });

  it('one whose claude is gone in the middle of its turn is told, with what it printed', async () => {
    const t = await running();
    const gone = (name: string, death: string) => ({
      ...builder('zombie', t.clock.nowMs()),
      name,
      death,
      spoke: true,
    });
    t.p.workers = [gone('builder-1', ''), gone('builder-2', 'out of\nmemory')];
    await t.clock.advance(tuning.sweepLiveMs * 3);
    const told = ['it printed nothing', 'out of memory'].map((printed, at) =>
      expect.stringContaining(
        `WORKER_CUT_OFF: Worker builder-${at + 1} of alpha died in the middle of its turn, killed or by an error: ${printed} Mend: `,
      ),
    );
    expect(t.events('worker.lost').map(({ text }) => text)).toEqual(told);
    expect(t.fleet.outbox.due(0).filter(({ kind }) => kind === 'trouble')).toEqual(
      told.map((text) => expect.objectContaining({ severity: 'error', text })),
    );
  });

  it('one whose turn the API has ended is told with what the API said', async () => {
    const t = await running();
    t.p.workers = [{ ...builder('zombie', t.clock.nowMs()), death: '', spoke: true }];
    const text = 'Credit balance is too low';
    t.p.refusals = [{ agent: 'builder-1', atMs: t.clock.nowMs(), text }];
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('worker.lost').map((event) => event.text)).toEqual([
      expect.stringContaining(`by an error: ${text} Mend: `),
    ]);
  });

  it('one that is completed and has sent no last mail is told, one that has is not', async () => {
    const t = await running();
    const rows = ['builder-1', 'builder-2'].map((name) => ({
      ...builder('completed', t.clock.nowMs()),
      name,
    }));
    t.p.workers = rows;
    t.fake.mailFrom('alpha', { from: 'builder-2', to: 'lead-1', subject: 'done', type: 'worker_done' });
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('worker.lost').map(({ data }) => data.agent)).toEqual(['builder-1']);
  });

  it('each merge that failed is told', async () => {
    const t = await running();
    t.p.workers = [builder('working', t.clock.nowMs())];
    for (const branch of ['a', 'b'])
      t.fake.mailFrom('alpha', {
        from: 'merger-1',
        to: 'coordinator',
        subject: `Merge failed: ${branch}`,
        body: 'conflict in index.js',
        type: 'merge_failed',
        payload: JSON.stringify({ branch }),
      });
    await t.clock.advance(tuning.sweepLiveMs * 3);
    expect(t.events('merge.failed').map(({ text }) => text)).toEqual([
      'A merge failed in alpha (merger-1): a. conflict in index.js',
      'A merge failed in alpha (merger-1): b. conflict in index.js',
    ]);
    expect(t.notices().filter((text) => text.startsWith('trouble:'))).toHaveLength(2);
  });
});

describe('a look that fails', () => {
  it('is no reason to end a session that has its objective', async () => {
    const t = await running();
    const { FleetError } = await import('../../src/common/errors.ts');
    t.p.complete = true;
    t.p.lastActivityMs = t.clock.nowMs();
    t.fake.setFault(({ command }) =>
      command === 'coordinator.checkComplete'
        ? new FleetError({ code: 'OV_GARBAGE', class: 'runtime', message: 'no JSON', mend: 'none' })
        : null,
    );
    await t.clock.advance(tuning.finishQuietMs + tuning.sweepLiveMs * 3);
    expect(t.fake.count('coordinator.checkComplete')).toBeGreaterThan(0);
    expect(t.state()).toBe('running');
  });
});
