// One worker without a coordinator, the whole way over a real agent and ov-sim: scout and builder, questions, stop, death.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import type { RealFleet } from '../support/real-fleet.ts';
import { by, open } from './misbehaving-fleet.ts';

const git = (root: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const workers = (mine: RealFleet, name: string) =>
  mine.fleetd.fleet.loop.context.observations.get(name)?.snapshot.workers ?? [];
const resultOf = (mine: RealFleet, id: string) =>
  mine.fleetd.fleet.loop.context.journal.objective(id)?.result;
const gate = (mine: RealFleet, name: string) =>
  until(
    () => mine.fleetd.fleet.loop.context.journal.gates.openGates(name)[0],
    (found) => found !== undefined,
    30_000,
  );
const noCoordinator = (mine: RealFleet) =>
  expect(mine.events('action.intended').map(({ data }) => data.kind)).not.toContain('coordinator.start');

it('a scout reads, reports and changes nothing', async () => {
  const { mine, root } = await open('scouted');
  const before = git(root, 'rev-parse', 'HEAD');
  const id = mine.start('scouted', 'Find out how it is built', 'scout');
  const { why, direct, outcome } = await mine.reaches(id, 'done', 'failed');
  expect(why).toBe('The scout has reported; it changed nothing.');
  expect(direct).toBe('scout');
  expect(outcome).toMatchObject({ workers: 1, merged: 0, gates: 0 });
  expect(resultOf(mine, id)).toMatch(
    /^Findings of scout-obj-1-1: \d+ tracked files[\s\S]+Nothing was changed/,
  );
  expect(git(root, 'rev-parse', 'HEAD')).toBe(before);
  expect(mine.events('operator-mail.counted').filter(({ data }) => data.origin === 'foreign')).toEqual([]);
  noCoordinator(mine);
});

it('a builder’s branch is its work: merged, marked, with its diff', async () => {
  const { mine, root } = await open('built');
  const id = mine.start('built', 'Add a file. ov-sim:artifacts', 'builder');
  const { why, outcome } = await mine.reaches(id, 'done', 'failed');
  expect(why).toContain(`The builder has reported; its branch overstory/builder-${id}-1/${id} is merged.`);
  expect(why).toContain(`\`fleet artifacts ${id}\``);
  expect(outcome).toMatchObject({ workers: 1, merged: 1 });
  expect(readdirSync(join(root, 'ov-sim'))).toEqual([`builder-${id}-1.md`]);
  const diff = await mine.fleetd.fleet.work.diff(id, { patch: true, maxBytes: 100_000 });
  expect(JSON.stringify(diff)).toContain(`ov-sim/builder-${id}-1.md`);
  noCoordinator(mine);
});

it('what it asks reaches the human, and the answer the worker that goes on', async () => {
  const { mine, root } = await open('asking');
  const id = mine.start('asking', 'Add a file. ov-sim:question', 'builder');
  const asked = await gate(mine, 'asking');
  expect(asked).toMatchObject({ kind: 'question', objective: id, question: { asker: `builder-${id}-1` } });
  await until(
    () => mine.fleetd.fleet.status('asking').products[0]?.state,
    (state) => state === 'waiting',
  );
  await expect(
    mine.fleetd.fleet.commands.message('asking', { text: 'A, please', source: by }),
  ).rejects.toMatchObject({ code: 'DIRECT_HEARS_NOTHING' });
  mine.fleetd.fleet.gates.resolve(asked?.n ?? 0, 'answered', 'A', by, 'operator');
  await mine.reaches(id, 'done', 'failed');
  expect(mine.fleetd.fleet.loop.context.journal.gates.gate(asked?.n ?? 0)?.delivery).toBe('read');
  expect(readdirSync(join(root, 'ov-sim'))).toEqual([`builder-${id}-1-2.md`]);
});

it('a builder’s plan is approved where its product says so; a rejected one comes again', async () => {
  const { mine } = await open('planned', [], {}, 'plan_approval: required');
  const id = mine.start('planned', 'Add a file', 'builder');
  const first = await gate(mine, 'planned');
  expect(first?.kind).toBe('plan');
  mine.fleetd.fleet.gates.resolve(first?.n ?? 0, 'rejected', 'smaller', by, 'operator');
  const second = await until(
    () => mine.fleetd.fleet.loop.context.journal.gates.openGates('planned')[0],
    (found) => found !== undefined && found.n !== first?.n,
    30_000,
  );
  expect(second?.question.text).toContain('Changed after your answer: smaller');
  mine.fleetd.fleet.gates.resolve(second?.n ?? 0, 'approved', '', by, 'operator');
  expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
});

it('what a builder made without a plan that was approved is not merged', async () => {
  const { mine, root } = await open(
    'eager',
    [{ command: 'worker', kind: 'eager' }],
    {},
    'plan_approval: required',
  );
  const id = mine.start('eager', 'Add a file', 'builder');
  const { state, why } = await mine.reaches(id, 'done', 'failed');
  expect([state, why]).toEqual([
    'failed',
    expect.stringContaining(`no plan of it was approved: overstory/builder-${id}-1/${id} is kept`),
  ]);
  expect(existsSync(join(root, 'ov-sim'))).toBe(false);
});

it('an answer that no worker can be given ends the session, after three tries', async () => {
  const { mine, root } = await open('unanswered');
  const id = mine.start('unanswered', 'Add a file ov-sim:question', 'builder');
  const asked = await gate(mine, 'unanswered');
  await until(
    () => mine.fleetd.fleet.status('unanswered').products[0]?.state,
    (state) => state === 'waiting',
  );
  writeFileSync(
    join(root, '.overstory/sim/faults.json'),
    JSON.stringify([{ command: 'sling', kind: 'fail' }]),
  );
  mine.fleetd.fleet.gates.resolve(asked?.n ?? 0, 'answered', 'A', by, 'operator');
  await until(
    () => mine.said('unanswered').join('\n'),
    (said) => said.includes(`The answer to gate ${asked?.n} could not be given`),
  );
  const tried = mine
    .said('unanswered')
    .filter((said) => said.includes(`builder-${id}-1-`) && said.includes('Starting'));
  expect(tried.length).toBe(3);
});

it('stops, and leaves no process', async () => {
  const { mine, root } = await open('stopped', [{ command: 'worker', kind: 'endless' }]);
  const id = mine.start('stopped', 'Add a file', 'builder');
  await mine.reaches(id, 'running');
  mine.fleetd.fleet.commands.stop('stopped', null, by);
  await mine.reaches(id, 'cancelled');
  expect(mine.said('stopped').join('\n')).toContain(`Stopping the builder of stopped: builder-${id}-1.`);
  expect(existsSync(join(root, 'ov-sim'))).toBe(false);
});

it('pauses, and goes on with another worker', async () => {
  const { mine } = await open('paused');
  const id = mine.start('paused', 'Look around', 'scout');
  await mine.reaches(id, 'running');
  mine.fleetd.fleet.controls.pause('paused', 'lunch', by);
  await mine.reaches(id, 'queued');
  mine.fleetd.fleet.controls.resume('paused', by);
  expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  expect(resultOf(mine, id)).toContain(`Findings of scout-${id}-2`);
});

it('a worker that dies, and one that says nothing, are told as such', async () => {
  const { mine } = await open('dying', [{ command: 'worker', kind: 'crash', times: 1 }]);
  const id = mine.start('dying', 'Add a file', 'builder');
  const { why } = await mine.reaches(id, 'done', 'failed');
  expect(why).toMatch(new RegExp(`^builder-${id}-1 died in the middle of its turn`));
  expect(workers(mine, 'dying').length).toBe(1);
});
