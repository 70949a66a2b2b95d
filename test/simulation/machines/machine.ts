// A machine on which products run: its own clock, its boots, its disk, the workspaces on it, and the watchdog of its lease.
// The lease itself, its holder and its watchdog are the program's own.
import type { Lease } from '../../../src/runtime/agent/lease/state.ts';
import { perform } from '../ov.ts';
import type { MachineSpec } from '../schedule.ts';
import type { Program } from '../simulate.ts';
import { newSite, type Site, type World } from '../world.ts';
import type { FarEnd } from './far-end.ts';
import { createWay } from './wire.ts';

export type Machine = ReturnType<typeof createMachine>;

/** What a hold was given, as the machine itself knows: by which stream, and until when. */
interface Held {
  by: FarEnd;
  untilMs: number;
}

export function createMachine(world: World, spec: MachineSpec, tested: Program) {
  const { clock, random } = world;
  const { name, rate } = spec;
  const bornMs = clock.nowMs();
  let boot = 0;
  let bootedAtMs = bornMs - 3_600_000;
  let isUp = true;
  let lease: Lease | null = null;
  /** the one that lives; a number for each */
  let dog: number | null = null;
  let dogs = 0;
  let held: Held | null = null;
  let slowMs = 0;
  const sites = new Map<string, Site>();
  /** those that a move has set aside, too */
  const all = new Set<Site>();
  /** where the watchdog has ended something, and nothing was begun since */
  const endedByLease = new Set<Site>();
  const epochs = new Map<string, number>();
  const ends = new Set<FarEnd>();
  const delay = () => spec.delayMs + slowMs + random.between(0, 5);
  const there = createWay(delay);
  const back = createWay(delay);

  const upMs = () => (clock.nowMs() - bootedAtMs) * rate;
  const lives = (site: Site) => site.coordinator?.tmux === true || site.workers.some(({ alive }) => alive);
  const somethingLives = () => [...all].some(lives);

  const ground = {
    read: async () => lease && { ...lease },
    write: async (next: Lease) => {
      lease = next;
    },
    upMs,
    now: async () => ({ ms: upMs(), boot: String(boot) }),
    somethingLives: async () => somethingLives(),
    isWatched: async () => dog !== null,
    ensureWatcher: async () => {
      if (dog === null && isUp) startDog();
    },
  };

  function startDog(): void {
    dogs += 1;
    const mine = dogs;
    dog = mine;
    const watching = tested.watch({
      ...ground,
      isWatching: async () => dog === mine,
      stopAll,
      sleep: (ms) => new Promise<void>((resolve) => clock.after(Math.ceil(ms / rate), resolve)),
      say: (words) => world.say(`world: the watchdog of ${name}: ${words}`),
    });
    void watching.then(() => {
      if (dog === mine) dog = null;
    });
  }

  /** As agent/lease/stop.ts: by `ov`, then by force. */
  async function stopAll(): Promise<string[]> {
    const ended = [...all].filter(lives);
    for (const site of ended) endedByLease.add(site);
    await new Promise<void>((resolve) => clock.after(random.between(500, 40_000), resolve));
    for (const site of ended) {
      const asked = { site, command: 'coordinator.stop', args: {}, agent: noAgent };
      if (site.coordinator?.tmux) {
        if (random.chance(0.8)) perform(world, asked);
        // By force: its row still says that it works.
        else site.coordinator.tmux = false;
        world.changed(site);
      }
      for (const worker of site.workers) worker.alive = false;
    }
    return ended.map((site) => `stopped ${site.name}`);
  }

  function endAllProcesses(): void {
    for (const site of all) {
      if (site.coordinator) site.coordinator.tmux = false;
      for (const worker of site.workers) worker.alive = false;
      for (const child of site.children) child.killed = true;
      site.children.clear();
    }
    dog = null;
  }

  function comeUp(): void {
    if (isUp) return;
    isUp = true;
    boot += 1;
    bootedAtMs = clock.nowMs();
    held = null;
  }

  return {
    name,
    spec,
    sites,
    all,
    endedByLease,
    /** Highest epoch per product that this workspace has heard of. */
    epochs,
    ends,
    there,
    back,
    ground,
    upMs,
    isUp: () => isUp,
    held: () => held,
    /** A stream was given a hold; a later end of the same stream counts. */
    noteHold(by: FarEnd, untilMs: number): void {
      held = { by, untilMs: held?.by === by ? Math.max(held.untilMs, untilMs) : untilMs };
    },
    /** The workspace of a product; made where there is none. */
    makeSite(product: string, account: string): Site {
      const found = sites.get(product) ?? newSite(product, account);
      sites.set(product, found);
      all.add(found);
      return found;
    },
    slow(byMs: number): void {
      slowMs = byMs;
    },
    /** Every process ends; the disk stays. */
    goDown(): void {
      isUp = false;
      endAllProcesses();
      for (const end of [...ends]) end.die('the machine went down');
    },
    comeUp,
    mend(): void {
      slowMs = 0;
      comeUp();
      there.mend();
      back.mend();
    },
  };
}

const noAgent = { alive: true, queues: new Map(), watched: new Set<string>(), lost: new Set<never>() };
