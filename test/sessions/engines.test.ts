// Four products on two machines, each with a Docker engine of its own, under one fleetd: one engine over TLS, one by ssh. Each
// machine is taken off the network in the middle of work, once for less and once for more than its lease.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelsOf } from '../../src/fleetd/channels.ts';
import { sshChannel } from '../../src/runtime/ssh-channel.ts';
import { repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { type Machine, type Machines, machinesAvailable, openMachines } from '../support/machines.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';

describe.runIf(await machinesAvailable())('two engines', () => {
  const names = ['one', 'two', 'three', 'four'];
  const project = 'test-engines';
  // A loss is told after 10 s at most; after 30 what runs there is stopped, after 40 it surely is.
  const lease = { termMs: 24_000, secondMs: 6_000, stopMs: 10_000 };
  let sources: string;
  let machines: Machines;
  let fleet: RealFleet;
  let engines: Record<'rack' | 'box', Machine>;

  beforeAll(async () => {
    sources = mkdtempSync(join(tmpdir(), 'fleet-sources-'));
    chmodSync(sources, 0o755);
    for (const name of names) await repository(join(sources, name));
    machines = await openMachines(2, project, [`${sources}:/sources:ro`]);
    const [rack, box] = machines.all as [Machine, Machine];
    engines = { rack, box };
    const byKind = channelsOf(project, pino({ level: 'silent' }));
    fleet = await openRealFleet({
      channel: { description: 'no runtime of its own', open: () => Promise.reject(new Error('none')) },
      channelOf: (entry) =>
        entry.kind === 'ssh' ? sshChannel({ host: 'box', project, config: box.ssh }) : byKind(entry),
      lease,
      workspace: '/workspace',
      products: names,
      sections: `runtimes:
  - { name: rack, kind: docker, host: "${rack.address}", certs: ${rack.certs}, max_memory_gb: 2 }
  - { name: box, kind: ssh, host: box, max_memory_gb: 2 }
`,
      extra: (name) => `repo: file:///sources/${name}`,
    });
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    await machines?.[Symbol.asyncDispose]();
    rmSync(sources, { recursive: true, force: true });
  });

  const status = () => fleet.fleetd.fleet.status(null);
  const reaches = (runtime: string, state: string) =>
    until(
      () => status().runtimes?.find(({ name }) => name === runtime)?.state,
      (is) => is === state,
    );
  /** The products placed on a machine. */
  const on = (runtime: string): [string, string] => {
    const [a, b] = status().products.filter((product) => product.runtime === runtime);
    if (a === undefined || b === undefined) throw new Error(`Expected two products on ${runtime}`);
    return [a.name, b.name];
  };
  /** What `ov` was told there of a product's coordinator, in order, by whoever did. */
  const ledger = async (name: 'rack' | 'box', product: string) =>
    (await engines[name].inside('cat', '/workspace/.coordinators'))
      .split('\n')
      .flatMap((line) => (line.endsWith(` ${product}`) ? [line.split(' ')[0]] : []));
  /** Coordinators that live on a machine, with when each was started, whatever fleetd believes. */
  const coordinators = async (name: 'rack' | 'box') =>
    (
      await engines[name].inside(
        ...['tmux', '-L', 'overstory', 'list-sessions', '-F', '#{session_name} #{session_created}'],
      )
    )
      .split('\n')
      .filter((line) => line.includes('coordinator'));
  const folders = async (name: 'rack' | 'box') =>
    (await engines[name].inside('ls', '/workspace')).split('\n').sort();
  /** 1 is an objective of 8 s. */
  const speed = (name: 'rack' | 'box', product: string, is: number) =>
    engines[name].inside(
      ...['sh', '-c', `mkdir -p "$0/sim" && echo '{"speed":${is}}' > "$0/sim/settings.json"`],
      `/workspace/${product}/.overstory`,
    );
  it('have two products each, cloned there and nowhere else', async () => {
    await until(
      () => status().products,
      (all) => all.every(({ state, runtime }) => state === 'idle' && typeof runtime === 'string'),
    );
    expect(await folders('rack')).toEqual(on('rack').toSorted());
    expect(await folders('box')).toEqual(on('box').toSorted());
  });

  it('cut off in the middle of work: for less than its lease nothing comes of it, for more its work waits for it', async () => {
    const [long, alsoLong] = on('rack');
    const [steady, quick] = on('box');
    for (const name of [long, alsoLong]) await speed('rack', name, 0.1);
    await speed('box', steady, 0.2);
    const ids = Object.fromEntries(names.map((name) => [name, fleet.start(name, `Explore ${name}`)]));
    const idOf = (name: string) => ids[name] ?? '';
    for (const name of names) await fleet.handedOver(name, idOf(name));
    const before = await coordinators('box');

    // One is cut: the other goes on.
    await engines.rack.cut();
    await fleet.reaches(idOf(quick), 'done');

    // The other too, until that is told; it comes back with what works there.
    await engines.box.cut();
    await reaches('box', 'lost');
    const stayed = await coordinators('box');
    expect(before).toEqual(expect.arrayContaining(stayed));
    expect(stayed.length).toBe(1);
    expect(fleet.objective(idOf(steady)).state).toBe('running');
    await engines.box.heal();
    await speed('box', steady, 4);
    await fleet.reaches(idOf(steady), 'done');

    // The first is stopped there by its own lease, and its work is given to nobody else.
    await reaches('rack', 'lost');
    await until(
      () => coordinators('rack'),
      (live) => live.length === 0,
    );
    for (const name of [long, alsoLong]) await fleet.reaches(idOf(name), 'queued');
    expect(fleet.objective(idOf(long)).why).toMatch(/^rack is out of reach/);
    for (const name of [long, alsoLong]) await speed('rack', name, 4);
    await engines.rack.heal();
    for (const name of names) await fleet.reaches(idOf(name), 'done');

    expect(await folders('box')).toEqual(on('box').toSorted());
    expect(await folders('rack')).toEqual(on('rack').toSorted());
    for (const name of on('box')) expect(await ledger('box', name)).toEqual(['start', 'stop']);
    for (const name of on('rack'))
      expect(await ledger('rack', name)).toEqual(['start', 'stop', 'start', 'stop']);
  }, 240_000);
});
