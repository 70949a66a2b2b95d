// The lease over real processes: agent, watchdog, the simulator's `ov` and its tmux; killed, cut off and held by two.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/common/clock.ts';
import { now, readLease } from '../../../src/runtime/agent/lease/file.ts';
import { leaseState } from '../../../src/runtime/agent/lease/state.ts';
import { watcherPid } from '../../../src/runtime/agent/lease/watcher.ts';
import { connectRuntime } from '../../../src/runtime/index.ts';
import { beatEveryMs, type LeaseOptions } from '../../../src/runtime/lease-terms.ts';
import { processesIn, until } from '../../simulator/ov.ts';
import { openSimOv, type SimOv } from '../../support/sim-ov.ts';
import { lives } from '../workspace.ts';

const who = { fleet: 'one', runtime: 'box', epoch: 1 };
let sim: SimOv;
let serial = 0;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  sim = await openSimOv();
});
afterAll(() => sim?.[Symbol.asyncDispose]());
afterEach(async () => {
  await Promise.all(open.splice(0).map((runtime) => runtime.close()));
  const watcher = await watcherPid(sim.folder);
  if (watcher !== null) process.kill(watcher, 'SIGKILL');
  rmSync(join(sim.folder, '.fleet/lease.json'), { force: true });
});

async function connect(lease?: Partial<LeaseOptions>, clock = systemClock) {
  const runtime = connectRuntime({
    channel: sim.channel(),
    backoff: () => 50,
    clock,
    ...(lease && { lease: { ...who, ...lease } }),
  });
  open.push(runtime);
  const link = await until(
    () => runtime.link(),
    ({ state, ...more }) => state === 'connected' || ('error' in more && more.error !== null),
  );
  return { runtime, link, pid: link.state === 'connected' ? link.info.pid : 0 };
}

async function product() {
  serial += 1;
  const name = `p${serial}`;
  const root = await sim.lab.product(name);
  sim.faults(root, [{ command: 'worker', kind: 'endless' }]);
  return { name, root };
}
const withoutBeats = (lengths: { termMs: number }): Clock => ({
  ...systemClock,
  after: (ms, run) => (ms === beatEveryMs(lengths) ? () => {} : systemClock.after(ms, run)),
});
const coordinators = () => sim.tmux('list-sessions', '-F', '#{session_name}');
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
const watcherLog = () => readFileSync(join(sim.folder, '.fleet/watcher.log'), 'utf8');

test('without a lease nobody watches, and what runs outlives the agent', async () => {
  const { runtime, pid } = await connect();
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  process.kill(pid, 'SIGKILL');
  await until(
    () => lives(pid),
    (alive) => !alive,
  );
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  expect(await watcherPid(sim.folder)).toBeNull();
  const again = await connect();
  await again.runtime.ov(it, 'coordinator.stop', {});
});

test('cut off, nothing new starts after the term, reads go on, and what runs is stopped after the second', async () => {
  // As after a cut: the agent is there, and no heartbeat comes.
  const lengths = { termMs: 4_000, secondMs: 4_000 };
  const { runtime } = await connect(lengths, withoutBeats(lengths));
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  expect(await watcherPid(sim.folder)).not.toBeNull();
  const refused = await until(
    () => codeOf(runtime.maintain(it, { kind: 'record-lesson', text: 'x' })),
    (code) => code === 'LEASE_OVER',
    9_000,
  );
  expect(refused).toBe('LEASE_OVER');
  expect(await codeOf(runtime.ov(it, 'coordinator.start', {}))).toBe('LEASE_OVER');
  expect(await codeOf(runtime.ov(it, 'coordinator.stop', {}))).toBe('LEASE_OVER');
  // Reads go on, and until the second term what runs does too.
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  const [seen] = await runtime.snapshot([it], { fresh: true });
  expect(seen).toMatchObject({ health: 'ok', coordinator: { tmuxAlive: true } });
  await until(coordinators, (all) => !all.includes('coordinator'), 30_000);
});

test('who comes after the end gets no hold while the watchdog stops, and hears of what it has stopped', async () => {
  const lengths = { termMs: 2_000, secondMs: 2_000 };
  const { runtime } = await connect(lengths, withoutBeats(lengths));
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  const still = async () => (await runtime.snapshot([it], { fresh: true }))[0];
  expect((await still())?.endedByLease).toBeUndefined();
  const watcher = (await watcherPid(sim.folder)) ?? 0;
  process.kill(watcher, 'SIGSTOP');
  await until(
    async () => leaseState(await readLease(sim.folder), await now()),
    (state) => state === 'over',
  );
  const early = await connect({});
  expect(early.link).toMatchObject({ state: 'connecting', error: { code: 'LEASE_OVER' } });
  process.kill(watcher, 'SIGCONT');
  await until(
    () => early.runtime.link().state,
    (state) => state === 'connected',
    30_000,
  );
  expect(await coordinators()).not.toContain(it.name);
  expect((await early.runtime.snapshot([it]))[0]).toMatchObject({ health: 'ok', endedByLease: true });
  await early.runtime.ov(it, 'coordinator.start', {});
  expect((await early.runtime.snapshot([it], { fresh: true }))[0]?.endedByLease).toBeUndefined();
  await early.runtime.ov(it, 'coordinator.stop', {});
});

test.each(['agent', 'agent and then watchdog, before the end'])('kill -9 of %s', async (what) => {
  const { runtime, pid } = await connect({ termMs: 3_000, secondMs: 3_000 });
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  writeFileSync(join(it.root, 'uncommitted.txt'), 'work');
  const first = await watcherPid(sim.folder);
  if (what !== 'agent') {
    // Beside a live agent it comes again with the next hold, which the next link brings.
    process.kill(first ?? 0, 'SIGKILL');
    await runtime.close();
    const next = await connect({ termMs: 3_000, secondMs: 3_000 });
    expect(await watcherPid(sim.folder)).not.toBe(first);
    expect(await watcherPid(sim.folder)).not.toBeNull();
    process.kill(next.pid, 'SIGKILL');
    await next.runtime.close();
  } else {
    process.kill(pid, 'SIGKILL');
    await runtime.close();
  }
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  await until(coordinators, (all) => !all.includes('coordinator'), 30_000);
  // Then it has nothing left to watch.
  await until(
    () => watcherPid(sim.folder),
    (watcher) => watcher === null,
  );
  expect(readFileSync(join(it.root, 'uncommitted.txt'), 'utf8')).toBe('work');
  expect(processesIn(it.root)).toEqual([]);
  expect(watcherLog()).toContain(`stopped the coordinator of ${it.root}`);
});

test('two watchdogs at once come to be one, and a renewed lease stops nothing', async () => {
  const { runtime } = await connect({ termMs: 60_000, secondMs: 1_000 });
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  const first = await watcherPid(sim.folder);
  writeFileSync(join(sim.folder, '.fleet/watcher.json'), '{}');
  const other = await product();
  await runtime.ov(other, 'coordinator.start', {});
  const second = await watcherPid(sim.folder);
  expect(second).not.toBe(first);
  await until(
    () => lives(first ?? 0),
    (alive) => !alive,
  );
  expect(await lives(second ?? 0)).toBe(true);
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  await runtime.ov(it, 'coordinator.stop', {});
  await runtime.ov(other, 'coordinator.stop', {});
});

test('given back, what runs goes on without anybody who watches', async () => {
  const { runtime } = await connect({ termMs: 60_000, secondMs: 1_000 });
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  const watcher = await watcherPid(sim.folder);
  await runtime.giveBackLease();
  expect(runtime.leaseEndsMs()).toBe(Number.POSITIVE_INFINITY);
  await until(
    () => lives(watcher ?? 0),
    (alive) => !alive,
    15_000,
  );
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  expect(await codeOf(runtime.ov(it, 'coordinator.stop', {}))).toBe('LEASE_OVER');
  // Who has this runtime for its one and only finds it as ever.
  const plain = await connect();
  await plain.runtime.ov(it, 'coordinator.stop', {});
});

test('a stream that a later one has replaced writes nothing more', async () => {
  const { runtime } = await connect({});
  const it = await product();
  const later = await connect({});
  expect(await codeOf(runtime.ov(it, 'coordinator.start', {}))).toMatch(/^(LEASE_OVER|RUNTIME_UNREACHABLE)$/);
  expect(await codeOf(later.runtime.maintain(it, { kind: 'record-lesson', text: 'x' }))).toBe('ok');
});

test('another fleet, and a fleetd that was taken over, get no link; the newer goes on', async () => {
  const { runtime } = await connect({ epoch: 2 });
  const it = await product();
  const other = await connect({ fleet: 'two' });
  expect(other.link).toMatchObject({ state: 'connecting', error: { code: 'LEASE_OF_ANOTHER' } });
  const old = await connect({ epoch: 1 });
  expect(old.link).toMatchObject({ state: 'connecting', error: { code: 'EPOCH_OLD' } });
  const plain = await connect();
  expect(await codeOf(plain.runtime.ov(it, 'coordinator.start', {}))).toBe('LEASE_OF_ANOTHER');
  const newer = await connect({ epoch: 3 });
  await newer.runtime.ov(it, 'coordinator.start', {});
  // By the lease, or already by a heartbeat that was refused.
  expect(await codeOf(runtime.ov(it, 'coordinator.stop', {}))).toMatch(/^(EPOCH_OLD|RUNTIME_UNREACHABLE)$/);
  await newer.runtime.ov(it, 'coordinator.stop', {});
});

test('a lease of before a reboot holds nobody, and its watchdog leaves what was begun since', async () => {
  const { runtime } = await connect({ termMs: 60_000, secondMs: 1_000 });
  const it = await product();
  await runtime.ov(it, 'coordinator.start', {});
  const watcher = await watcherPid(sim.folder);
  const file = join(sim.folder, '.fleet/lease.json');
  const lease = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...lease, boot: 'before', untilMs: 1 }));
  expect(await codeOf(runtime.ov(it, 'coordinator.stop', {}))).toBe('LEASE_OVER');
  await until(
    () => lives(watcher ?? 0),
    (alive) => !alive,
  );
  expect(await coordinators()).toContain(`overstory-${it.name}-coordinator`);
  expect(existsSync(join(sim.folder, '.fleet/watcher.json'))).toBe(false);
  const next = await connect({});
  await next.runtime.ov(it, 'coordinator.stop', {});
});
