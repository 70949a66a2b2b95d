// The agent of one stream: each verb of the protocol, done to its machine. Who may write is said by the program's own lease
// and epochs; that they said it rightly is checked against what the machine knows.
import type { MaintenanceTask } from '../../../src/contract/runtime/maintenance.ts';
import type { MoveStep } from '../../../src/contract/runtime/move.ts';
import {
  methods,
  type ProductRef,
  type RuntimeInfo,
  readCommands,
  readTasks,
} from '../../../src/contract/runtime/protocol.ts';
import { emptySnapshot, type ProductSnapshot } from '../../../src/contract/runtime/snapshot.ts';
import { beginOv, isQueued } from '../ov.ts';
import type { Program } from '../simulate.ts';
import type { Agent, Site, World } from '../world.ts';
import type { Machine } from './machine.ts';
import { bundlePart, move } from './moving.ts';

export interface FarEnd extends Agent {
  handle(method: string, params: object): Promise<unknown>;
  /** What its watcher pushes. */
  changed(product: string): void;
  /** It ends, whatever it was doing; the `ov` that it began go on. */
  die(why: string): void;
}

interface Told {
  changed(product: string): void;
  gone(why: string): void;
  /** A write was let through. */
  wrote(by: FarEnd, ref: ProductRef): void;
}

export function createFarEnd(world: World, machine: Machine, tested: Program, told: Told): FarEnd {
  const { clock, random } = world;
  const lease = tested.createLeaseHolder(machine.ground);
  const epochs = {
    known: async (product: string) => machine.epochs.get(product) ?? 0,
    keep: async (product: string, epoch: number) => void machine.epochs.set(product, epoch),
  };
  const takes = (from: number, to: number) =>
    new Promise<void>((resolve) => clock.after(random.between(from, to) * world.slow, resolve));

  async function requireWrite(ref: ProductRef): Promise<void> {
    await lease.requireHeld();
    await tested.requireEpoch(epochs, ref);
    told.wrote(end, ref);
  }

  const missing = ({ name, expect }: ProductRef) =>
    world.fault(
      expect ? 'WORKSPACE_LOST' : 'PRODUCT_NOT_FOUND',
      'refused',
      `${name} is not on ${machine.name}`,
    );
  function existing(ref: ProductRef): Site {
    const found = machine.sites.get(ref.name);
    if (found === undefined) throw missing(ref);
    return found;
  }

  function snapshot(ref: ProductRef): ProductSnapshot {
    const site = machine.sites.get(ref.name);
    if (site !== undefined)
      return { ...world.snapshotOf(site), ...(machine.endedByLease.has(site) && { endedByLease: true }) };
    const error = { ...missing(ref).toJSON(), product: ref.name };
    return { ...emptySnapshot(ref.name, world.wallMs()), health: 'missing', error };
  }

  const info = (): RuntimeInfo => ({
    protocol: 1,
    agentVersion: '0.0.0',
    pid: 1,
    startedAtMs: 0,
    upMs: machine.upMs(),
    platform: 'linux',
    cores: 4,
    memoryBytes: 16 * 1024 ** 3,
    workspaceRoot: '/workspace',
    ov: { version: '0.10.3', simulated: true, error: null },
    modelKey: false,
  });

  async function run({ product, command, args }: RunParams): Promise<unknown> {
    const site = existing(product);
    const allow = async (): Promise<void> => {
      await requireWrite(product);
      if (machine.sites.get(product.name) !== site) throw missing(product);
      if (command !== 'coordinator.start') return;
      machine.endedByLease.delete(site);
      await machine.ground.ensureWatcher();
    };
    const inTurn = isQueued(command);
    if (!inTurn && !readCommands.has(command)) await allow();
    return await new Promise((resolve, reject) => {
      const asked = { site, command, args, agent: end, ...(inTurn && { allow }) };
      beginOv(world, asked, (value) => (value instanceof tested.FleetError ? reject(value) : resolve(value)));
    });
  }

  async function maintain(product: ProductRef, task: MaintenanceTask): Promise<unknown> {
    if (!readTasks.has(task.kind)) await requireWrite(product);
    await takes(20, 200);
    const ends = task.kind === 'clear-session' || task.kind === 'end-processes';
    const site = machine.sites.get(product.name);
    if (site === undefined && ends) return { done: [], left: [] };
    return world.maintain(existing(product), task);
  }

  const verbs: Record<string, (given: never) => Promise<unknown> | unknown> = {
    [methods.hello]: info,
    [methods.hold]: async (asked: Parameters<typeof lease.hold>[0]) => {
      await lease.hold(asked);
      machine.noteHold(end, asked.untilMs);
      return {};
    },
    [methods.list]: () => [],
    [methods.watch]: ({ products }: { products: ProductRef[] }) => {
      end.watched = new Set(products.map(({ name }) => name));
      return {};
    },
    [methods.snapshot]: async ({ product }: { product: ProductRef }) => {
      await takes(20, 200);
      const seen = snapshot(product);
      await takes(1, 100);
      return seen;
    },
    [methods.run]: run,
    [methods.maintain]: ({ product, task }: { product: ProductRef; task: MaintenanceTask }) =>
      maintain(product, task),
    [methods.footprint]: async ({ products }: { products: ProductRef[] }) => {
      await takes(5, 60);
      return {
        products: products.map(({ name }) => ({
          product: name,
          processes: (machine.sites.has(name) ? world.processes(existing({ name, root: '' })) : []).map(
            ({ pid, command }) => ({ pid, startTicks: 1, command, pssBytes: 1 }),
          ),
          memoryBytes: 1024 ** 3,
          cpuCores: 0.1,
        })),
        container: { memoryBytes: null, cpuCores: null },
      };
    },
    [methods.make]: async ({ product }: { product: ProductRef }) => {
      await requireWrite(product);
      if (product.expect && !machine.sites.has(product.name)) throw missing(product);
      await takes(500, 20_000);
      const isNew = !machine.sites.has(product.name);
      machine.makeSite(product.name, world.site(product.name).account);
      world.placeAgain(product.name);
      return { done: isNew ? ['cloned'] : [] };
    },
    [methods.bundle]: () => ({ bundle: null }),
    [methods.bundlePart]: async ({ product, offset }: { product: ProductRef; offset: number }) => {
      await takes(1, 50);
      return { base64: bundlePart(existing(product), offset).toString('base64') };
    },
    [methods.move]: async ({ product, step }: { product: ProductRef; step: MoveStep }) => {
      await requireWrite(product);
      await takes(20, 4_000);
      return move(world, machine, product.name, step);
    },
    [methods.artifact]: () => ({ refused: 'missing', bytes: null }),
    [methods.look]: () => ({ text: '', truncated: false }),
    [methods.usage]: () => ({ agents: [], refusals: [], skippedLines: 0, unread: 0 }),
    [methods.doctor]: () => [],
  };

  const end: FarEnd = {
    alive: true,
    queues: new Map(),
    watched: new Set(),
    lost: new Set(),
    changed: told.changed,
    async handle(method, params) {
      const verb = verbs[method];
      if (verb === undefined) throw world.fault('AGENT_BAD_REQUEST', 'refused', method);
      return await verb(params as never);
    },
    die(why) {
      if (!end.alive) return;
      end.alive = false;
      machine.ends.delete(end);
      told.gone(why);
    },
  };
  machine.ends.add(end);
  return end;
}

interface RunParams {
  product: ProductRef;
  command: string;
  args: Record<string, unknown>;
}
