// In which order a session is stopped, and what its coordinator is told before a pause. On a manual clock.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Worker } from '../../src/contract/runtime/snapshot.ts';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const worker = (name: string, depth: number): Worker => ({
  name,
  capability: depth === 1 ? 'lead' : 'builder',
  state: 'working',
  taskId: 'task-1',
  parent: depth === 1 ? 'coordinator' : 'lead-1',
  depth,
  branch: `overstory/${name}/task-1`,
  worktree: `/workspace/alpha/.overstory/worktrees/${name}`,
  startedAt: new Date(0).toISOString(),
  lastActivity: new Date(0).toISOString(),
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function running() {
  const folder = mkdtempSync(join(tmpdir(), 'stop-'));
  folders.push(folder);
  const options = { registry: registry([product('alpha')]), file: join(folder, 'journal.db') };
  const t = testFleet(options);
  await t.clock.settle();
  t.start('alpha', 'ship it');
  await t.clock.advance(1_000);
  const p = t.fake.product('alpha');
  p.workers = [worker('builder-1', 2), worker('lead-1', 1)];
  return { ...t, p, again: () => testFleet({ ...options, world: { clock: t.clock, fake: t.fake } }) };
}
type Running = Awaited<ReturnType<typeof running>>;

/** What was stopped, in order. */
const stops = ({ fake }: Pick<Running, 'fake'>) =>
  fake.calls.flatMap(({ command, args }) =>
    command === 'coordinator.stop'
      ? 'coordinator'
      : command === 'stop'
        ? (args as { agent: string }).agent
        : [],
  );
const state = (t: Pick<Running, 'fleet'>) => t.fleet.commands.objective('obj-1').state;

describe('the order of a stop', () => {
  it('is the coordinator, then the leads, then who works for them', async () => {
    const t = await running();
    t.fleet.commands.stop('alpha', null, t.source);
    await t.clock.advance(1_000);
    expect(stops(t)).toEqual(['coordinator', 'lead-1', 'builder-1']);
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(state(t)).toBe('cancelled');
  });

  it('reaches the workers also when fleetd dies after the coordinator, and no look shows them any more', async () => {
    const t = await running();
    // The link breaks when the coordinator has been stopped; fleetd dies before it is back.
    t.fake.setFault(({ command }) => (command === 'coordinator.stop' ? 'after' : null));
    t.fleet.commands.stop('alpha', null, t.source);
    await t.clock.advance(1_000);
    expect(stops(t)).toEqual(['coordinator']);
    t.crash();
    t.fake.setFault(() => null);
    t.p.workers = [];
    const next = t.again();
    await t.clock.advance(1_000);
    expect(stops(t).filter((name) => name !== 'coordinator')).toEqual(['lead-1', 'builder-1']);
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(state(next)).toBe('cancelled');
    expect(next.journal.openActions()).toEqual([]);
  });

  it('does not wait for the books of a coordinator that is dead: those who live on go first', async () => {
    const t = await running();
    t.p.coordinator = 'dead';
    t.fake.changed('alpha');
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(stops(t).slice(0, 2)).toEqual(['lead-1', 'builder-1']);
    expect(state(t)).toBe('failed');
  });
});

describe('a pause', () => {
  const told = ({ p }: Running) => p.received.filter(({ subject }) => subject.endsWith(' PAUSE'));

  it('tells the coordinator, waits for its word, then stops it; the resume is given that word', async () => {
    const t = await running();
    t.fleet.controls.pause('alpha', 'lunch', t.source);
    await t.clock.advance(1_000);
    expect(told(t)).toMatchObject([{ subject: '[obj-1.2] PAUSE', body: expect.stringContaining('lunch') }]);
    const order = t.fake.calls.map(({ command }) => command);
    expect(order.lastIndexOf('coordinator.send')).toBeLessThan(order.indexOf('coordinator.stop'));
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(state(t)).toBe('queued');
    t.fleet.controls.resume('alpha', t.source);
    await t.clock.advance(1_000);
    expect(t.p.received.at(-1)?.body).toContain('> Next actions: go on');
  });

  it('goes on without a word when none comes in time', async () => {
    const t = await running();
    t.p.hears = false;
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(tuning.pauseWordMs - 1_000);
    expect(t.fake.count('coordinator.stop')).toBe(0);
    await t.clock.advance(2_000);
    expect(t.fake.count('coordinator.stop')).toBe(1);
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(state(t)).toBe('queued');
  });

  it('does not wait for one that cannot hear, because a worker is in its turn, and says so', async () => {
    const t = await running();
    Object.assign(t.p, {
      hears: false,
      screen: '✶ Thinking… (3s · esc to interrupt)\n❯ ',
    });
    const reply = t.fleet.controls.pause('alpha', null, t.source);
    expect(reply.text.match(/keeps its place/g)).toHaveLength(1);
    expect(t.fleet.status('alpha').products[0]?.objective?.condition).not.toMatch(/\.$/);
    await t.clock.advance(tuning.pauseDeafMs + 2_000);
    expect(t.fake.count('coordinator.stop')).toBe(1);
    t.p.workers = [];
    await t.clock.advance(tuning.stopGraceMs * 2);
    expect(state(t)).toBe('queued');
    expect(t.fleet.commands.eventsAfter(0, 1_000).map(({ text }) => text)).toContainEqual(
      expect.stringContaining('did not hear of it: it was stopped in the middle of its turn'),
    );
    expect(t.fake.count('nudge')).toBe(0);
  });

  it('is heard at the next turn by one whose turn ends in time', async () => {
    const t = await running();
    Object.assign(t.p, { hears: false, workers: [], screen: '✶ Thinking… (3s · esc to interrupt)\n❯ ' });
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(5_000);
    t.p.screen = '❯ ';
    await t.clock.advance(4_000);
    expect(t.fake.count('nudge')).toBe(1);
    expect(told(t)).toHaveLength(1);
    await t.clock.advance(tuning.pauseWordMs + tuning.stopGraceMs * 2);
    expect(t.fleet.commands.objective('obj-1').why).not.toContain('did not hear');
  });

  it('is told at most once, also over a crash of fleetd', async () => {
    const t = await running();
    t.p.hears = false;
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(1_000);
    t.crash();
    const next = t.again();
    await t.clock.advance(tuning.pauseWordMs + tuning.stopGraceMs * 2);
    expect(told(t)).toHaveLength(1);
    expect(state(next)).toBe('queued');
  });

  it('of a coordinator that was just done is an end: there is nothing to resume', async () => {
    const t = await running();
    t.p.hears = false;
    t.fleet.controls.pause('alpha', null, t.source);
    await t.clock.advance(1_000);
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]', body: 'All merged.' });
    await t.clock.advance(tuning.pauseWordMs + tuning.stopGraceMs * 2);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({
      state: 'done',
      why: expect.stringContaining('while it was being paused'),
    });
  });

  it('tells nothing to one that has not been given its objective, nor on a stop', async () => {
    const t = await running();
    t.fleet.commands.stop('alpha', null, t.source);
    await t.clock.advance(tuning.stopGraceMs * 3);
    expect(told(t)).toEqual([]);
  });
});
