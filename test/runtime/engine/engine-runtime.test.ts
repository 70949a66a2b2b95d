// An engine of one place for each product as a runtime: real agents, each in a workspace of its own.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FleetError } from '../../../src/common/errors.ts';
import type { Engine } from '../../../src/runtime/engine/engine.ts';
import { engineRuntime } from '../../../src/runtime/engine/engine-runtime.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { until } from '../../simulator/ov.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { createWorkspace } from '../workspace.ts';

type Workspace = Awaited<ReturnType<typeof createWorkspace>>;
let workspaces: Map<string, Workspace>;
let asked: string[];
let refuses: FleetError | null;
let isAway: boolean;
let runtime: Runtime;

const noRoom = new FleetError({
  code: 'RUNTIME_NO_ROOM',
  message: '0/2 nodes are available: 2 Insufficient memory.',
  mend: 'Make room.',
});
const away = new FleetError({ code: 'ENGINE_UNREACHABLE', message: 'No engine.', mend: 'Start it.' });

const engine: Engine = {
  description: 'an engine of the test',
  async ensure({ product, memoryBytes }) {
    if (refuses !== null) throw refuses;
    asked.push(`${product} ${memoryBytes}`);
  },
  channel: (product) => (workspaces.get(product) as Workspace).channel(),
  list: async () => {
    if (isAway) throw away;
    return [];
  },
  park: async () => {},
  doctor: async () => [{ check: 'engine', product: null, state: 'ok', says: 'here', mend: null }],
};

beforeEach(async () => {
  [asked, refuses, isAway] = [[], null, false];
  workspaces = new Map();
  for (const name of ['one', 'two']) {
    const workspace = await createWorkspace();
    await workspace.addProduct(name);
    workspaces.set(name, workspace);
  }
});
afterEach(async () => {
  await runtime.close();
  for (const workspace of workspaces.values()) await workspace.remove();
});

const open = (clock?: ReturnType<typeof manualClock>) => {
  runtime = engineRuntime({
    name: 'cluster',
    engine,
    needed: (product) => ({ product, cpuCores: 1, memoryBytes: 7 }),
    ...(clock && { clock }),
  });
  return runtime;
};
const ref = (name: string) => (workspaces.get(name) as Workspace).ref(name);
const linked = (name: string) =>
  until(
    () => runtime.link(name).state,
    (state) => state === 'connected',
  );

it('each product is asked of its own agent, in a place that was made for it', async () => {
  open();
  await runtime.watch([ref('one'), ref('two')]);
  await linked('one');
  await linked('two');
  expect(asked.toSorted()).toEqual(['one 7', 'two 7']);
  const found = await runtime.snapshot([ref('two'), ref('one')]);
  expect(found.map(({ product }) => product)).toEqual(['two', 'one']);
  // The agent of one does not have the other's folder.
  const [strange] = await runtime.snapshot([{ ...ref('two'), root: ref('one').root }]);
  expect(strange?.error?.code).toBe('PATH_ESCAPES');
  const { products } = await runtime.footprint([ref('one'), ref('two')]);
  expect(products.map(({ product }) => product)).toEqual(['one', 'two']);
});

it('a place that there is no room for says so with the engine’s words, and opens when there is', async () => {
  refuses = noRoom;
  open();
  await expect(
    runtime.make(ref('one'), { repo: null, type: 'code', description: null }),
  ).rejects.toMatchObject({ code: 'RUNTIME_NO_ROOM', message: noRoom.message });
  runtime.link('one');
  await until(
    () => runtime.link('one'),
    (link) => link.state !== 'connected' && link.error?.code === 'RUNTIME_NO_ROOM',
  );
  refuses = null;
  await linked('one');
});

it('an engine out of reach is a runtime out of reach, told once, until it answers again', async () => {
  const clock = manualClock();
  isAway = true;
  const told: string[] = [];
  open(clock);
  runtime.on('lost', (error) => told.push(error.code));
  runtime.on('connected', () => told.push('connected'));
  await clock.advance(65_000);
  expect([told, runtime.link().state]).toEqual([['ENGINE_UNREACHABLE'], 'connecting']);
  isAway = false;
  await clock.advance(31_000);
  expect(runtime.link().state).toBe('connected');
  isAway = true;
  await clock.advance(65_000);
  expect([told, runtime.link().state]).toEqual([
    ['ENGINE_UNREACHABLE', 'connected', 'ENGINE_UNREACHABLE'],
    'lost',
  ]);
});
