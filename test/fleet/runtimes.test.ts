// Several runtimes under one loop: places that last, a runtime that is lost, its lease, and one that a human gives up.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { RuntimeEntry } from '../../src/registry/registry.ts';
import { onlyRuntime } from '../../src/runtime/runtime.ts';
import { routeRuntimes } from '../../src/runtime/runtimes.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { codeOf, product, registry, testFleet } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

const entry = (name: string): RuntimeEntry => ({
  name,
  kind: 'ssh',
  host: name,
  certs: null,
  project: null,
  isolation: 'none',
  image: null,
  context: null,
  namespace: null,
  secret: null,
  pullSecret: null,
  storage: '20Gi',
  storageClass: null,
  nodeLabels: {},
  maxMemoryBytes: 2 * 1024 ** 3,
  maxCpuPercent: null,
  labels: [],
});
const names = ['alpha', 'beta', 'gamma'];
const minute = 60_000;

let clock: ReturnType<typeof manualClock>;
let near: ReturnType<typeof fakeRuntime>;
let far: ReturnType<typeof fakeRuntime>;
let t: ReturnType<typeof testFleet>;

/** alpha and beta fill the first, gamma goes to the second. */
beforeEach(async () => {
  clock = manualClock();
  [far, near] = [fakeRuntime(clock, names), fakeRuntime(clock, names)];
  const runtime = (journal: Journal) => {
    const all = routeRuntimes({
      placeOf: (name) => journal.placement(name),
      workspaceRoot: () => '/workspace',
    });
    all.set([
      { name: 'far', runtime: far.runtime, local: false },
      { name: 'near', runtime: near.runtime, local: false },
    ]);
    return all;
  };
  const products = names.map((name) => product(name, { repo: `https://git.example/${name}.git` }));
  t = testFleet({
    registry: {
      ...registry(products, { maxConcurrentSessions: 4 }),
      runtimes: [entry('far'), entry('near')],
    },
    world: { clock, fake: near },
    runtime,
  });
  await clock.settle();
});
afterEach(() => t.fleet.close());

const places = () =>
  Object.fromEntries([...t.journal.placements()].map(([name, one]) => [name, one.runtime]));
const view = (name: string) => t.fleet.status(null).products.find((one) => one.name === name);
const forget = (name: string, off = false) => t.fleet.forgetRuntime(name, off, t.source);

it('each product keeps its place, whatever there is room for later', async () => {
  expect(places()).toEqual({ alpha: 'far', beta: 'far', gamma: 'near' });
  expect(far.calls.filter(({ command }) => command === 'make').length).toBe(2);
  // Nothing had to be done for it there: it is expected there all the same, and may be moved.
  expect(t.journal.placement('alpha')?.made).toBe(true);
  // It got its place after its runtime was connected and looked at.
  expect(names.map((name) => view(name)?.state)).toEqual(['idle', 'idle', 'idle']);
  const { id } = t.start('alpha', 'Work');
  await clock.advance(minute);
  expect([
    t.fleet.commands.objective(id).state,
    far.product('alpha').starts,
    near.product('alpha').starts,
  ]).toEqual(['running', 1, 0]);
  far.disconnect();
  await clock.advance(5 * minute);
  far.reconnect();
  await clock.advance(minute);
  expect(places()).toEqual({ alpha: 'far', beta: 'far', gamma: 'near' });
  expect(far.product('alpha').starts).toBe(1);
});

it('a runtime that is lost holds up no other, and its sessions hold their place', async () => {
  const lost = t.start('alpha', 'Work');
  await clock.advance(minute);
  far.disconnect();
  const waits = t.start('beta', 'Work');
  const goes = t.start('gamma', 'Work');
  await clock.advance(minute);
  expect(t.fleet.commands.objective(goes.id).state).toBe('running');
  expect(t.fleet.commands.objective(lost.id).state).toBe('running');
  expect(view('alpha')).toMatchObject({ runtime: 'far', stale: true });
  expect(view('gamma')).toMatchObject({ runtime: 'near', stale: false });
  expect(t.fleet.commands.objective(waits.id).why).toMatch(/^far is out of reach: /);
  expect(t.fleet.foresight.why('beta').line).toMatch(/^far is out of reach: /);
});

it('when its lease has ended its objectives wait for it again, and run there once it is back', async () => {
  const { id } = t.start('alpha', 'Work');
  await clock.advance(minute);
  far.setLease((clock.upMs?.() ?? 0) + 10 * minute);
  far.disconnect();
  await clock.advance(9 * minute);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  await clock.advance(2 * minute);
  expect(t.fleet.commands.objective(id).state).toBe('queued');
  expect(places().alpha).toBe('far');
  expect(near.product('alpha').starts).toBe(0);
  // The watchdog there has stopped it meanwhile.
  far.product('alpha').coordinator = 'none';
  far.setLease(null);
  far.reconnect();
  await clock.advance(2 * minute);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  expect([far.product('alpha').starts, near.product('alpha').starts]).toEqual([2, 0]);
});

it('what its watchdog has stopped is no dead coordinator, also to a fleetd that did not count the lease as ended', async () => {
  const { id } = t.start('alpha', 'Work');
  await clock.advance(minute);
  far.setLease((clock.upMs?.() ?? 0) + 13 * minute);
  far.disconnect();
  await clock.advance(11 * minute);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  Object.assign(far.product('alpha'), { coordinator: 'dead', runId: null, endedByLease: true });
  far.reconnect();
  await clock.advance(2 * minute);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  expect([far.product('alpha').starts, near.product('alpha').starts]).toEqual([2, 0]);
});

it('is forgotten when nothing can run there any more, and its work goes on elsewhere with a higher epoch', async () => {
  const { id } = t.start('alpha', 'Work');
  await clock.advance(minute);
  expect(await codeOf(() => forget('far'))).toBe('RUNTIME_IN_REACH');
  expect(await codeOf(() => forget('nowhere'))).toBe('RUNTIME_UNKNOWN');
  far.setLease((clock.upMs?.() ?? 0) + 10 * minute);
  far.disconnect();
  expect(await codeOf(() => forget('far'))).toBe('RUNTIME_MAY_LIVE');
  expect(await codeOf(() => t.fleet.forgetRuntime('far', true, { ...t.source, via: 'model' }))).toBe(
    'HUMAN_ONLY',
  );
  await clock.advance(11 * minute);
  expect(forget('far').text).toMatch(/^far is forgotten: 2 products without a place/);
  await clock.advance(2 * minute);
  expect(places()).toEqual({ alpha: 'near', beta: 'near', gamma: 'near' });
  expect(t.journal.placement('alpha')?.epoch).toBe(2);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  expect(near.product('alpha').starts).toBe(1);
});

it('is forgotten at once by a human who has seen that the machine is off', async () => {
  t.start('alpha', 'Work');
  await clock.advance(minute);
  far.disconnect();
  expect(await codeOf(() => forget('far'))).toBe('RUNTIME_MAY_LIVE');
  expect(forget('far', true).text).toMatch(/1 objective back in the queue/);
  await clock.advance(minute);
  expect(places().alpha).toBe('near');
  expect(near.product('alpha').starts).toBe(1);
});

it('a product at work stays where it works when a second runtime comes', async () => {
  await t.fleet.close();
  const here = fakeRuntime(clock, names);
  let all: ReturnType<typeof routeRuntimes> | null = null;
  let several = false;
  const products = names.map((name) => product(name, { repo: `https://git.example/${name}.git` }));
  t = testFleet({
    registry: registry(products, { maxConcurrentSessions: 4 }),
    world: { clock, fake: here },
    runtime: (journal) => {
      all = routeRuntimes({
        placeOf: (name) => (several ? journal.placement(name) : { runtime: onlyRuntime }),
        workspaceRoot: () => '/workspace',
      });
      all.set([{ name: onlyRuntime, runtime: here.runtime, local: true }]);
      return all;
    },
  });
  await clock.settle();
  const { id } = t.start('alpha', 'Work');
  await clock.advance(minute);
  expect(t.fleet.commands.objective(id).state).toBe('running');
  several = true;
  all = all as ReturnType<typeof routeRuntimes> | null;
  all?.set([
    { name: 'far', runtime: far.runtime, local: false },
    { name: 'here', runtime: here.runtime, local: true },
  ]);
  t.setRegistry({
    ...registry(products, { maxConcurrentSessions: 4 }),
    runtimes: [entry('far'), { ...entry('here'), kind: 'local', maxMemoryBytes: 64 * 1024 ** 3 }],
  });
  await clock.advance(5 * minute);
  expect(places().alpha).toBe('here');
  expect(t.fleet.commands.objective(id).state).toBe('running');
  expect([here.product('alpha').starts, far.product('alpha').starts]).toEqual([1, 0]);
});
