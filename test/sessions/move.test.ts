// A product goes from one machine to another under one fleetd: real agents, each with a workspace of its own. What was made
// comes along, nothing is deleted, and a fleetd that ends in the middle leaves a product that is whole in one place.
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { commit, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { type CutChannel, cutChannel } from '../support/cut-channel.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const source = { via: 'cli', sender: 'tester', thread: null } as const;
let machines: Record<'near' | 'far', { sim: SimOv; way: CutChannel }>;
let sources: SimOv;
let state: string;
let fleet: RealFleet;

const open = async (): Promise<RealFleet> => {
  const runtime = (name: string) => `  - { name: ${name}, kind: ssh, host: ${name}, max_memory_gb: 4 }\n`;
  return await openRealFleet({
    channel: sources.channel(),
    channelOf: ({ name }) => machines[name as 'near'].way,
    workspace: '/workspace',
    stateDir: state,
    products: ['one'],
    sections: `runtimes:\n${runtime('far')}${runtime('near')}`,
    extra: () => `repo: file://${join(realpathSync(sources.folder), 'one')}`,
  });
};

beforeAll(async () => {
  const machine = async () => {
    const sim = await openSimOv({ OV_SIM_SPEED: '4' });
    return { sim, way: cutChannel(sim.channel()) };
  };
  machines = { near: await machine(), far: await machine() };
  sources = await openSimOv();
  state = mkdtempSync(join(tmpdir(), 'fl-move-'));
  await commit(await repository(join(sources.folder, 'one')), 'index.ts', 'export {};\n');
  fleet = await open();
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  for (const { sim } of Object.values(machines ?? {})) await sim[Symbol.asyncDispose]();
  await sources?.[Symbol.asyncDispose]();
  if (state) rmSync(state, { recursive: true, force: true });
});

const at = (name: 'near' | 'far', ...path: string[]) => join(machines[name].sim.folder, ...path);
const git = async (folder: string, ...args: string[]) =>
  (await execa('git', ['-C', folder, '-c', 'user.name=w', '-c', 'user.email=w@localhost', ...args])).stdout;
const refs = async (folder: string) =>
  (await git(folder, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/fleet'))
    .split('\n')
    .filter((line) => !line.includes('refs/fleet/moved/') && !line.includes('refs/heads/fleet/'));
const move = (to: string, salvage = false) => fleet.fleetd.fleet.moveProduct('one', to, salvage, source);
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (thrown) => FleetError.wrap(thrown).code,
  );
const place = () => fleet.fleetd.fleet.loop.context.journal.placement('one');
const ready = () =>
  until(
    () => fleet.fleetd.fleet.status(null).products[0],
    (one) => one?.state === 'idle' && typeof one.runtime === 'string',
  );

it('carries every branch and what is not in git, and keeps and names the old folder', async () => {
  await ready();
  expect(place()?.runtime).toBe('far');
  await fleet.reaches(fleet.start('one', 'Build it'), 'done');
  await ready();
  const old = at('far', 'one');
  // A worker that did not finish: a branch of its own, in a worktree of its own.
  await git(
    old,
    'worktree',
    'add',
    '--quiet',
    '-b',
    'overstory/unfinished',
    '.overstory/worktrees/unfinished',
  );
  await commit(join(old, '.overstory/worktrees/unfinished'), 'half.ts', 'export {};\n');
  appendFileSync(join(old, '.overstory', 'config.yaml'), '# of this product\n');
  const before = await refs(old);
  expect(before.join(' ')).toContain('refs/heads/overstory/unfinished');
  expect(before.join(' ')).toContain('refs/fleet/work/obj-1');

  const { text } = await move('near');
  const aside = at('far', 'one.moved-2');
  expect(text).toContain(aside);
  expect(existsSync(old)).toBe(false);
  expect(await refs(at('near', 'one'))).toEqual(before);
  expect(await git(at('near', 'one'), 'status', '--porcelain', '--untracked-files=no')).toBe(
    ' M .overstory/config.yaml',
  );
  expect(readFileSync(at('near', 'one', '.overstory/config.yaml'), 'utf8')).toContain('# of this product');
  // What is kept is whole, the worker's folder too.
  expect(await git(join(aside, '.overstory/worktrees/unfinished'), 'log', '-1', '--format=%s')).not.toBe('');
  expect(place()).toMatchObject({ runtime: 'near', epoch: 2, made: true });
  await ready();
  await fleet.reaches(fleet.start('one', 'Go on'), 'done');
  expect(readdirSync(machines.far.sim.folder)).not.toContain('one');
}, 240_000);

it('says what is in the way, and changes nothing then', async () => {
  await ready();
  expect((await move('near')).text).toContain('already');
  expect(await codeOf(move('nowhere'))).toBe('RUNTIME_UNKNOWN');
  appendFileSync(at('near', 'one', 'index.ts'), 'let open;\n');
  expect(await codeOf(move('far'))).toBe('MOVE_UNCOMMITTED');
  expect(place()).toMatchObject({ runtime: 'near', epoch: 2 });
  expect(existsSync(at('far', 'one'))).toBe(false);
}, 120_000);

it('takes what is not committed along on a branch, stops what works, and goes on there', async () => {
  await ready();
  const id = fleet.start('one', 'Work that is moved');
  await fleet.handedOver('one', id);
  await move('far', true);
  await until(place, (now) => now?.runtime === 'far');
  const parked = (await refs(at('far', 'one'))).find((line) => line.includes('parked/checkout-e3'));
  expect(await git(at('far', 'one'), 'show', `${parked?.split(' ')[0]}:index.ts`)).toContain('let open;');
  expect(readFileSync(at('far', 'one', 'index.ts'), 'utf8')).not.toContain('let open;');
  await fleet.reaches(id, 'done');
}, 240_000);

it('settles what a fleetd left that ended before and after the new place was given', async () => {
  await ready();
  // The old folder of the move before is set aside, too: until then another is refused.
  await until(
    () => fleet.fleetd.fleet.loop.context.journal.moves.of('one'),
    (row) => row === null,
  );
  const before = await refs(at('far', 'one'));
  void move('near').catch(() => {});
  // The place is cleared there, and no more is known.
  await until(
    () => readFileSync(at('near', '.fleet/moves/one.epoch'), 'utf8'),
    (epoch) => epoch === '4\n',
  );
  machines.near.way.cut();
  await fleet[Symbol.asyncDispose]();
  machines.near.way.heal();
  fleet = await open();
  const cut = fleet.fleetd.fleet.loop.context.journal.onRecorded((events) => {
    if (events.some(({ kind }) => kind === 'product.placed')) machines.far.way.cut();
  });
  await until(place, (now) => now?.runtime === 'near');
  cut();
  expect(await refs(at('near', 'one'))).toEqual(before);
  expect(existsSync(at('far', 'one'))).toBe(true);
  await fleet[Symbol.asyncDispose]();
  machines.far.way.heal();
  fleet = await open();
  await until(
    () => existsSync(at('far', 'one.moved-4')),
    (there) => there,
  );
  await until(
    () => fleet.fleetd.fleet.loop.context.journal.moves.of('one'),
    (row) => row === null,
  );
  expect(existsSync(at('far', 'one'))).toBe(false);
  expect(await refs(at('near', 'one'))).toEqual(before);
}, 240_000);
