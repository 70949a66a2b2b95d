// Puts several machines into the world in place of its one runtime.
import type { RuntimeEntry } from '../../../src/registry/registry.ts';
import type { Watched } from '../invariants.ts';
import type { MachineSpec } from '../schedule.ts';
import type { Program } from '../simulate.ts';
import { newSite, type Site, type World } from '../world.ts';
import { createMachineChecks } from './checks.ts';
import { createMachine, type Machine } from './machine.ts';

export function putMachines(world: World, specs: readonly MachineSpec[], tested: Program): Machine[] {
  const machines = specs.map((spec) => createMachine(world, spec, tested));
  if (machines.length === 0) return machines;
  const placed = new Map<string, string>();
  /** of a product that is nowhere */
  const nowhere = new Map(
    [...world.sites].map(([name, { account }]) => [name, newSite(name, account)] as [string, Site]),
  );
  const machineOf = (site: Site) => machines.find(({ all }) => all.has(site));

  world.placeAgain = (product) => {
    const at = machines.find(({ name }) => name === placed.get(product))?.sites.get(product);
    const site = at ?? nowhere.get(product);
    if (site) world.sites.set(product, site);
  };
  world.place = (product, runtime) => {
    if (runtime === null) placed.delete(product);
    else placed.set(product, runtime);
    world.placeAgain(product);
  };
  world.sitesOf = (product) => machines.flatMap(({ all }) => [...all].filter(({ name }) => name === product));
  world.inReach = (site) => {
    const at = machineOf(site)?.name;
    return at !== undefined && world.isConnected(at);
  };
  world.changed = (site) => {
    const at = machineOf(site);
    if (at === undefined) return;
    world.clock.after(world.random.between(20, 800), () => {
      if (at.sites.get(site.name) !== site) return;
      for (const end of at.ends) if (end.alive && end.watched.has(site.name)) end.changed(site.name);
    });
  };
  return machines;
}

/** With `guarded` as the run has it, since an agent's answer goes through callbacks of fleetd. */
export function watchMachines(
  world: World,
  machines: readonly Machine[],
  watched: Watched,
  guarded: (test: () => void) => void,
) {
  const checks = createMachineChecks(world, machines, watched);
  return {
    onEvent: checks.onEvent,
    check: checks.check,
    wrote: (...given: Parameters<typeof checks.onWrite>) => guarded(() => checks.onWrite(...given)),
  };
}

/** Faults stop: every way is open, every machine is up, and humans end what lives where it should not. */
export function mendMachines(world: World, machines: readonly Machine[]): void {
  for (const machine of machines) {
    machine.mend();
    for (const site of machine.all) {
      if (world.isPlaced(site)) continue;
      world.die(site);
      for (const worker of site.workers) worker.alive = false;
    }
  }
}

export const entryOf = (name: string, maxMemoryGiB: number | null): RuntimeEntry => ({
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
  maxMemoryBytes: maxMemoryGiB === null ? null : maxMemoryGiB * 1024 ** 3,
  maxCpuPercent: null,
  labels: [],
});
