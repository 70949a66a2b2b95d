// Workers under the real ov: how many there may be, who is told when one dies, and that a stop or a pause ends them
// without a question to the human.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { until } from '../simulator/ov.ts';
import type { RealFleet } from '../support/real-fleet.ts';
import { by, withRealOv } from './open.ts';

const lab = withRealOv();
const { open, expectNothingLeft, handedOver, running, notices } = lab;

const leads = (mine: RealFleet, name: string, count: number) =>
  until(
    () => mine.fleetd.fleet.loop.context.observations.get(name)?.snapshot.workers ?? [],
    (workers) => workers.length >= count,
    60_000,
  );
const gates = (mine: RealFleet) => mine.fleetd.fleet.status(null).products[0]?.gates;

describe('a swarm under the real ov', () => {
  it('is paused and stopped coordinator first: told before, asks nobody, and the resume is given its word', async () => {
    const { fleet: mine } = await open('paused');
    const id = mine.start('paused', 'fake:crowd');
    await running(id);
    await leads(mine, 'paused', 2);
    const { controls } = mine.fleetd.fleet;
    controls.pause('paused', 'lunch', by);
    await mine.reaches(id, 'queued');
    const said = mine.said('paused').join('\n');
    expect(said).toContain('The coordinator of paused answered the pause.');
    expect(said).toMatch(/Stopping the coordinator of paused, then lead-1/);
    expect(gates(mine)).toBe(0);
    expect(mine.fleetd.fleet.commands.inbox('paused').mail.filter(({ type }) => type === 'error')).toEqual(
      [],
    );
    await expectNothingLeft('paused');
    controls.resume('paused', by);
    await until(
      () => mine.events('action.intended').filter(({ data }) => data.kind === 'coordinator.send').length,
      (count) => count === 3,
      60_000,
    );
    const handed = JSON.stringify(mine.events('action.intended').at(-1)?.data.args);
    expect(handed).toContain('> Next actions: go on with the second half');
    await handedOver('paused', id);
    mine.fleetd.fleet.commands.stop('paused', null, by);
    await mine.reaches(id, 'cancelled');
    expect(gates(mine)).toBe(0);
    await expectNothingLeft('paused');
  });

  it('has no more workers than the fleet allows', async () => {
    const { fleet: mine } = await open('crowded', { maxWorkers: 2 });
    const before = lab.real().turns().length;
    const id = mine.start('crowded', 'fake:crowd');
    await running(id);
    const slung = await until(
      () =>
        lab
          .real()
          .turns()
          .slice(before)
          .filter(({ event, words }) => event === 'ov' && words?.[0] === 'sling'),
      (calls) => calls.length === 3,
      60_000,
    );
    expect(slung.map(({ exit }) => exit)).toEqual([0, 0, 1]);
    mine.fleetd.fleet.commands.stop('crowded', null, by);
    await mine.reaches(id, 'cancelled');
    await expectNothingLeft('crowded');
  });

  it('tells the human of a worker that died and of a merge that failed', async () => {
    const { fleet: mine } = await open('losing', { tuning: { screenEveryMs: 500 } });
    const mute = mine.start('losing', 'fake:mute');
    await running(mute);
    // The one with a parent by the mail to it, the other by its row: overstory tells nobody.
    const lost = await until(
      () => mine.events('worker.lost').map(({ data }) => [data.agent, data.mail !== null]),
      (found) => found.length === 2,
      60_000,
    );
    expect(lost).toEqual(
      expect.arrayContaining([
        ['mute-0', false],
        ['mute-2', true],
      ]),
    );
    expect(notices().join('\n')).toContain(
      'trouble: mute-2 of losing died: Clean exit without terminal mail',
    );
    mine.fleetd.fleet.commands.stop('losing', null, by);
    await mine.reaches(mute, 'cancelled');
    const conflict = mine.start('losing', 'fake:conflict');
    await running(conflict);
    await until(
      notices,
      (said) =>
        said.some((text) =>
          /^trouble: A merge failed in losing \(lead-1\): .*conflict in index\.js/.test(text),
        ),
      60_000,
    );
    mine.fleetd.fleet.commands.stop('losing', null, by);
    await mine.reaches(conflict, 'cancelled');
    await expectNothingLeft('losing');
  });

  it('in terminals leaves nothing open when its rows say completed', async () => {
    const { fleet: mine, root } = await open('terminals', {
      prepare: (folder) =>
        appendFileSync(
          join(folder, '.overstory/config.local.yaml'),
          'runtime:\n  claudeHeadlessByDefault: false\n',
        ),
    });
    const id = mine.start('terminals', 'fake:lead');
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(root).toContain('terminals');
    await expectNothingLeft('terminals');
  });

  it('answers a question in its thread, and says where it stands in the fixed form', async () => {
    const { fleet: mine } = await open('asked');
    const id = mine.start('asked', 'fake:wait');
    await handedOver('asked', id);
    const client = createFleetClient({ socketPath: mine.socket });
    const context = { client, source: by, surface: 'cli', now: () => Date.now() } as const;
    const { text, data, exitCode } = await runVerb(['ask', 'asked', '--timeout', '30'], context);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      reply: {
        from: 'coordinator',
        status: { activeLeads: 'none', nextActions: 'go on with the second half' },
      },
    });
    expect(text).toContain('go on with the second half');
    expect(mine.fleetd.fleet.status('asked').products[0]?.report).toMatchObject({ blockers: 'none' });
    // Text that would steer tmux: it is heard all the same, and the session lives.
    const { commands } = mine.fleetd.fleet;
    expect((await commands.message('asked', { text: 'stop here;\u0003\u001b;;', source: by })).nudged).toBe(
      true,
    );
    const sent = await mine.fleetd.fleet.loop.context.runtime.ov(
      { name: 'asked', root: join(lab.real().workspace, 'asked') },
      'mail.list',
      { from: 'operator' },
    );
    expect(sent.messages[0]?.body).toBe('stop here');
    expect(mine.objective(id).state).toBe('running');
    commands.stop('asked', null, by);
    await mine.reaches(id, 'cancelled');
  });

  it('takes an objective longer than an argument may be', async () => {
    const { fleet: mine } = await open('wordy');
    const id = mine.start('wordy', `ship it. ${'Every word counts. '.repeat(9_000)}`);
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  });
});
