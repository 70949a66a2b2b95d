// Runs one schedule: the lives of fleetd one after another in one world, and the invariants after every step.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noticeView } from '../../src/api/gates.ts';
import { FleetError } from '../../src/common/errors.ts';
import { openJournal, startFleet, tuning } from '../../src/fleet/index.ts';
import { apply } from '../../src/journal/apply.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { migrations, stateTables } from '../../src/journal/migrations.ts';
import { deliverNotices } from '../../src/openclaw/notices.ts';
import type { Product, Registry } from '../../src/registry/registry.ts';
import { requireEpoch } from '../../src/runtime/agent/lease/fence.ts';
import { createLeaseHolder } from '../../src/runtime/agent/lease/holder.ts';
import { watch } from '../../src/runtime/agent/lease/watch.ts';
import { connectRuntime } from '../../src/runtime/connection.ts';
import { routeRuntimes } from '../../src/runtime/runtimes.ts';
import { product, registry } from '../support/fleet.ts';
import { act, humansAnswer } from './act.ts';
import type { Violation } from './invariants.ts';
import { createLives, type Fleetd } from './lives.ts';
import { entryOf, mendMachines, putMachines } from './machines/index.ts';
import type { Machine } from './machines/machine.ts';
import { createRandom } from './random.ts';
import { accountOf, type KillPoint, type Schedule } from './schedule.ts';
import { createSink } from './sink.ts';
import { createWorld, type World } from './world.ts';

/** What is put to the test; planted bugs bring a broken copy of it. */
export interface Program {
  openDatabase: typeof openDatabase;
  openJournal: typeof openJournal;
  startFleet: typeof startFleet;
  tuning: typeof tuning;
  FleetError: typeof FleetError;
  apply: typeof apply;
  migrations: readonly string[];
  stateTables: readonly string[];
  deliverNotices: typeof deliverNotices;
  noticeView: typeof noticeView;
  connectRuntime: typeof connectRuntime;
  routeRuntimes: typeof routeRuntimes;
  createLeaseHolder: typeof createLeaseHolder;
  requireEpoch: typeof requireEpoch;
  watch: typeof watch;
}
export const program: Program = {
  openDatabase,
  openJournal,
  startFleet,
  tuning,
  FleetError,
  apply,
  migrations,
  stateTables,
  deliverNotices,
  noticeView,
  connectRuntime,
  routeRuntimes,
  createLeaseHolder,
  requireEpoch,
  watch,
};

export interface Outcome {
  violation: Violation | null;
  /** the step (from 0) at which it showed; steps.length: in the quiet time at the end */
  atStep: number;
  /** port calls and journal writes made, kills done: what a schedule really covered */
  calls: number;
  writes: number;
  kills: number;
  /** where the kills came: before or after the n-th call or write since the start */
  killedAt: { point: KillPoint; n: number }[];
  accepted: number;
  gates: number;
  notices: number;
  events: number;
  simulatedMs: number;
  log: string[];
}

/** What a schedule acts on. */
export interface Simulation {
  world: World;
  tested: Program;
  schedule: Schedule;
  /** the fleetd that lives now; null: it is down */
  fleetd(): Fleetd | null;
  /** what humans know: idempotency key → the objective they were told; gate → what they were told of their answer */
  accepted: Map<string, string>;
  answered: Map<number, { verdict: string; text: string }>;
  kills: { point: KillPoint; n: number; downMs: number }[];
  die(downMs: number, how: string): void;
  sink: ReturnType<typeof createSink>;
  machines: Machine[];
  registry: { all: Product[]; current(): Registry; set(next: Registry): void };
  /** A fault that can hide an outcome from fleetd: deadlines start again. */
  fault(): void;
  say(line: string): void;
  /** A violation that the test throws ends the run; in a callback of fleetd it must not be taken for its failure. */
  guarded(test: () => void): void;
}

const channels: Product['channels'][] = [
  [{ kind: 'slack', target: 'C1' }],
  [],
  [
    { kind: 'slack', target: 'C1' },
    { kind: 'webchat', target: null },
  ],
];
/** A kill is a copy of the files: nothing is gained by waiting until a disk has them. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const quietMs = 6 * 3_600_000;

export async function simulate(schedule: Schedule, tested: Program = program): Promise<Outcome> {
  const folder = mkdtempSync(join(inMemory, 'fleet-simulation-'));
  const world = createWorld(schedule.products, createRandom(schedule.seed ^ 0x5eed), tested.FleetError);
  const { clock } = world;
  world.wallOffsetMs = schedule.wallOffsetMs;
  const startMs = clock.nowMs();
  const outcome: Outcome = {
    violation: null,
    atStep: 0,
    calls: 0,
    writes: 0,
    kills: 0,
    killedAt: [],
    accepted: 0,
    gates: 0,
    notices: 0,
    events: 0,
    simulatedMs: 0,
    log: [],
  };
  const all = schedule.products.map((name, i) =>
    product(name, {
      channels: channels[i % channels.length],
      account: accountOf(i),
      ...(schedule.machines && { repo: `https://git.example/${name}.git` }),
    }),
  );
  const memory = schedule.memoryGiB;
  const machines = putMachines(world, schedule.machines ?? [], tested);
  const scheduling = {
    maxConcurrentSessions: schedule.slots,
    maxLiveSessions: 4,
    budget: {
      maxCpuPercent: null,
      maxMemoryBytes: memory === null ? null : memory * 1024 ** 3,
      maxCostUsdPerDay: null,
    },
  };
  let current: Registry = {
    ...registry(all, scheduling),
    runtimes: schedule.machines?.map(({ name, maxMemoryGiB }) => entryOf(name, maxMemoryGiB)) ?? null,
  };
  const lives = createLives({
    folder,
    world,
    tested,
    outcome,
    machines,
    registry: () => current,
    say: (line) => void outcome.log.push(`${String(clock.nowMs() - startMs).padStart(9)} ms  ${line}`),
  });
  const { checks, guarded } = lives;
  const simulation: Simulation = {
    ...lives,
    world,
    tested,
    schedule,
    machines,
    sink: createSink(tested, world, lives.fleetd, (numbers, channel) => {
      lives.say(`world: ${channel} was told notice ${numbers.join(', ')}`);
      checks.onTold(numbers);
    }),
    registry: {
      all,
      current: () => current,
      set: (next) => {
        current = next;
      },
    },
  };

  /** Moves time in pieces, with a check after each. */
  async function pass(ms: number, pieceMs: number): Promise<void> {
    for (let left = ms; left > 0 && !lives.failed(); left -= pieceMs) {
      await clock.advance(Math.min(left, pieceMs));
      guarded(lives.check);
    }
  }

  const waitsForNeeds = ({ journal }: Fleetd, needs: readonly string[]): boolean =>
    needs.some((id) => journal.objective(id)?.state !== 'done');

  const resting = (): boolean => {
    const life = lives.fleetd();
    return (
      life !== null &&
      life.journal.openActions().length === 0 &&
      life.journal.openObjectives().every((o) => o.state === 'queued' && waitsForNeeds(life, o.needs)) &&
      life.fleet.gates
        .list(null, true)
        .every((g) => g.state !== 'open' && !['pending', 'sent'].includes(String(g.delivery))) &&
      life.fleet.outbox.due(0).length === 0 &&
      [...world.sites.values()].every((s) => world.processes(s).length === 0)
    );
  };

  /** The kill that the schedule opens with, where it does. */
  let opening: Simulation['kills'][number] | undefined;
  const isToCome = () => opening !== undefined && lives.kills.includes(opening);

  async function quieten(): Promise<void> {
    lives.say(
      'quiet: faults stop; humans resume and answer all, products are back, what was started by hand is stopped by hand',
    );
    // Except the kill that this run is about: it still has half of the time to come.
    lives.kills.splice(0, lives.kills.length, ...lives.kills.filter((kill) => kill === opening));
    for (const faults of [world.loseReply, world.cutAt, world.refuse, world.delayReply, world.twice])
      faults.clear();
    await pass(150_000, 30_000);
    for (const site of world.sites.values()) if (site.coordinator?.byHand) world.die(site);
    lives.fault();
    mendMachines(world, machines);
    current = { ...registry(all, current.scheduling), runtimes: current.runtimes };
    simulation.sink.start();
    lives.fleetd()?.fleet.registryChanged();
    for (let passed = 0; passed < quietMs && !lives.failed(); passed += 600_000) {
      humansAnswer(simulation);
      await pass(600_000, 300_000);
      if (passed > quietMs / 2) lives.kills.length = 0;
      if (resting() && !isToCome()) break;
    }
    lives.end();
  }

  try {
    // What is killed from the very first call and write on is told so before there is any.
    const early = schedule.steps.findIndex(({ action, afterMs }) => action.do !== 'kill' || afterMs > 0);
    for (const { action } of schedule.steps.slice(0, early === -1 ? undefined : early))
      act(simulation, action);
    [opening] = lives.kills;
    simulation.sink.start();
    lives.boot();
    await clock.settle();
    for (const [index, step] of schedule.steps.entries()) {
      if (early === -1 || index < early) continue;
      if (step.untilKilled && !isToCome()) continue;
      outcome.atStep = index;
      await pass(step.afterMs, 60_000);
      if (lives.failed()) break;
      act(simulation, step.action);
      await clock.settle();
      guarded(lives.check);
    }
    if (!lives.failed()) {
      outcome.atStep = schedule.steps.length;
      await quieten();
    }
  } finally {
    simulation.sink.stop();
    lives.close();
    rmSync(folder, { recursive: true, force: true });
  }
  outcome.violation = lives.failed();
  outcome.accepted = lives.accepted.size;
  outcome.simulatedMs = clock.nowMs() - startMs;
  return outcome;
}
