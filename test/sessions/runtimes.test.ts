// Four products on two machines under one fleetd: real agents, each with a workspace, an `ov` and a tmux of its own. One is
// cut off in the middle of work: the others go on, nothing runs twice, it heals, and all end.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commit, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { type CutChannel, cutChannel } from '../support/cut-channel.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const names = ['one', 'two', 'three', 'four'];
let machines: Record<string, { sim: SimOv; way: CutChannel }>;
let sources: SimOv;
let fleet: RealFleet;

beforeAll(async () => {
  const machine = async () => {
    const sim = await openSimOv({ OV_SIM_SPEED: '2' });
    return { sim, way: cutChannel(sim.channel()) };
  };
  machines = { near: await machine(), far: await machine() };
  sources = await openSimOv();
  for (const name of names) {
    const at = await repository(join(sources.folder, name));
    await commit(at, 'index.ts', 'export {};\n');
  }
  const runtime = (name: string) => `  - { name: ${name}, kind: ssh, host: ${name}, max_memory_gb: 2 }\n`;
  fleet = await openRealFleet({
    channel: sources.channel(),
    channelOf: ({ name }) => machines[name]?.way ?? sources.channel(),
    workspace: '/workspace',
    products: names,
    sections: `runtimes:\n${runtime('near')}${runtime('far')}`,
    extra: (name) => `repo: file://${join(realpathSync(sources.folder), name)}`,
  });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  for (const { sim } of Object.values(machines ?? {})) await sim[Symbol.asyncDispose]();
  await sources?.[Symbol.asyncDispose]();
});

const status = () => fleet.fleetd.fleet.status(null);
const where = () => Object.fromEntries(status().products.map(({ name, runtime }) => [name, runtime]));
/** Products of which a clone is on this machine. */
const cloned = (name: string) =>
  readdirSync(machines[name]?.sim.folder ?? '').filter((one) => names.includes(one));
/** Coordinators that live on a machine, whatever fleetd believes. */
const coordinators = async (name: string) =>
  (await machines[name]?.sim.tmux('list-sessions', '-F', '#{session_name}'))
    ?.split('\n')
    .filter((one) => one.includes('coordinator')) ?? [];

it('places each product, and makes it ready there and nowhere else', async () => {
  await until(
    () => status().products,
    (all) => all.every(({ state, runtime }) => state === 'idle' && typeof runtime === 'string'),
  );
  expect(where()).toEqual({ one: 'far', two: 'far', three: 'near', four: 'near' });
  expect(cloned('far')).toEqual(['one', 'two']);
  expect(cloned('near').sort()).toEqual(['four', 'three']);
  expect(existsSync('/workspace/one')).toBe(false);
});

it('goes on where the way is whole, and waits for what is cut off', async () => {
  const ids = Object.fromEntries(names.map((name) => [name, fleet.start(name, `Explore ${name}`)]));
  await until(
    () => status().products,
    (all) => all.every(({ state }) => state === 'running'),
  );
  machines.far?.way.cut();
  // More work on both, after the cut.
  const later = { one: fleet.start('one', 'And again'), three: fleet.start('three', 'And again') };
  await fleet.reaches(ids.three ?? '', 'done');
  await fleet.reaches(ids.four ?? '', 'done');
  await fleet.reaches(later.three, 'done');

  await until(
    () => status().runtimes,
    (all) => all?.find(({ name }) => name === 'far')?.state === 'lost',
    90_000,
  );
  const lost = status().products.find(({ name }) => name === 'one');
  expect(lost).toMatchObject({ runtime: 'far', stale: true });
  expect(fleet.objective(ids.one ?? '').state).toBe('running');
  expect(fleet.objective(later.one).why).toMatch(/far/);
  // Neither was started a second time on the machine that answers.
  expect(cloned('near').sort()).toEqual(['four', 'three']);
  expect((await coordinators('near')).length).toBe(0);

  machines.far?.way.heal();
  for (const id of [ids.one, ids.two, later.one]) await fleet.reaches(id ?? '', 'done');
  expect(cloned('near').sort()).toEqual(['four', 'three']);
  const starts = fleet.events('session.starting').map(({ product }) => product);
  expect(starts.toSorted()).toEqual(['four', 'one', 'one', 'three', 'three', 'two']);
}, 240_000);
