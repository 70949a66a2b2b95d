// A product goes from a runtime that makes a place for each product to one that is one for all, and back: real agents, each
// machine with a workspace of its own, and an engine that says what it is asked for.
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import type { Engine } from '../../src/runtime/engine/engine.ts';
import { commit, git, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const source = { via: 'cli', sender: 'tester', thread: null } as const;
const noRoom = new FleetError({
  code: 'RUNTIME_NO_ROOM',
  message: 'Expected room for one, got none.',
  mend: 'Make room.',
});
let machines: Record<'apart' | 'near', SimOv>;
let sources: string;
let fleet: RealFleet;
/** The containers that there are. */
const up = new Set<string>();
let refuses: FleetError | null = null;

const engine: Engine = {
  description: 'an engine of the test',
  async ensure({ product }) {
    if (refuses !== null) throw refuses;
    up.add(product);
  },
  channel(product) {
    const way = machines.apart.channel();
    return { ...way, open: async () => (up.has(product) ? await way.open() : Promise.reject(noRoom)) };
  },
  list: async () => [],
  park: async (product) => void up.delete(product),
  doctor: async () => [],
};

beforeAll(async () => {
  const machine = () => openSimOv({ OV_SIM_SPEED: '4' });
  machines = { apart: await machine(), near: await machine() };
  sources = mkdtempSync(join(tmpdir(), 'fleet-sources-'));
  await commit(await repository(join(sources, 'one')), 'index.ts', 'export {};\n');
  fleet = await openRealFleet({
    channel: machines.near.channel(),
    channelOf: () => machines.near.channel(),
    engineOf: ({ kind }) => (kind === 'docker' ? engine : null),
    // A product is asked for before its own agent can say where that has its workspace.
    workspace: realpathSync(machines.apart.folder),
    products: ['one'],
    sections: `runtimes:
  - { name: apart, kind: docker, host: "unix:///nowhere.sock", isolation: product, max_memory_gb: 4 }
  - { name: near, kind: ssh, host: near, max_memory_gb: 4 }
`,
    extra: () => `repo: file://${join(realpathSync(sources), 'one')}`,
  });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  for (const sim of Object.values(machines ?? {})) await sim[Symbol.asyncDispose]();
  if (sources) rmSync(sources, { recursive: true, force: true });
});

const at = (name: 'apart' | 'near', ...path: string[]) => join(machines[name].folder, ...path);
const place = () => fleet.fleetd.fleet.loop.context.journal.placement('one');
const under = () => fleet.fleetd.fleet.loop.context.journal.moves.of('one');
const refs = async (folder: string) =>
  (
    await git(
      folder,
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads/main',
      'refs/fleet/work',
    )
  ).split('\n');
const ready = () =>
  until(
    () => fleet.fleetd.fleet.status(null).products[0],
    (one) => one?.state === 'idle' && typeof one.runtime === 'string',
  );
/** Resolves when it is there, and what it left is set aside. */
async function move(to: string): Promise<void> {
  await fleet.fleetd.fleet.moveProduct('one', to, false, source);
  await until(under, (row) => row === null);
  expect(place()?.runtime).toBe(to);
}

it('leaves the container of its own, which ends, and its disk stays', async () => {
  await ready();
  expect([place()?.runtime, ...up]).toEqual(['apart', 'one']);
  await fleet.reaches(fleet.start('one', 'Build it'), 'done');
  await ready();
  const before = await refs(at('apart', 'one'));

  await move('near');
  expect([...up]).toEqual([]);
  expect(existsSync(at('apart', 'one'))).toBe(false);
  expect(existsSync(at('apart', `one.moved-${place()?.epoch}`))).toBe(true);
  expect(await refs(at('near', 'one'))).toEqual(before);
  await ready();
  await fleet.reaches(fleet.start('one', 'Go on'), 'done');
  expect([...up]).toEqual([]);
}, 240_000);

it('gets one made for it where there is none, and works there', async () => {
  await ready();
  const before = await refs(at('near', 'one'));
  await move('apart');
  expect([...up]).toEqual(['one']);
  expect(await refs(at('apart', 'one'))).toEqual(before);
  expect(existsSync(at('near', 'one'))).toBe(false);
  await ready();
  await fleet.reaches(fleet.start('one', 'And on'), 'done');
}, 240_000);

it('waits where there is no room for it; called off, nothing is held for it there', async () => {
  await ready();
  await move('near');
  await ready();
  refuses = noRoom;
  void fleet.fleetd.fleet.moveProduct('one', 'apart', false, source).catch(() => {});
  await until(
    () => fleet.said('one'),
    (said) => said.some((line) => line.includes('is to be moved from near to apart')),
  );
  // As far as it came before the room was gone.
  up.add('one');
  expect(place()?.runtime).toBe('near');
  await fleet.fleetd.fleet.moveProduct('one', 'near', false, source);
  await until(
    () => up.size,
    (size) => size === 0,
  );
  refuses = null;
  await fleet.reaches(fleet.start('one', 'Still here'), 'done');
  expect([place()?.runtime, up.size, existsSync(at('near', 'one'))]).toEqual(['near', 0, true]);
}, 240_000);
