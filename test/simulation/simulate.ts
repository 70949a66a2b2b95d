// Runs one schedule: the lives of fleetd one after another in one world, and the invariants after every step.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Clock } from '../../src/clock.ts';
import { FleetError } from '../../src/errors.ts';
import { apply } from '../../src/fleet/apply.ts';
import { openJournal, startFleet, tuning } from '../../src/fleet/index.ts';
import type { Journal } from '../../src/fleet/journal.ts';
import { migrations, stateTables } from '../../src/fleet/schema.ts';
import { product, registry } from '../support/fleet.ts';
import { createChecks, Violation, type Watched } from './invariants.ts';
import { startCoordinator } from './ov.ts';
import { createRandom } from './random.ts';
import type { Action, KillPoint, Schedule } from './schedule.ts';
import { createWorld, type Life } from './world.ts';

/** What is put to the test; planted bugs bring a broken copy of it. */
export interface Program {
  openJournal: typeof openJournal;
  startFleet: typeof startFleet;
  tuning: typeof tuning;
  FleetError: typeof FleetError;
  apply: typeof apply;
  migrations: readonly string[];
  stateTables: readonly string[];
}
export const program: Program = {
  openJournal,
  startFleet,
  tuning,
  FleetError,
  apply,
  migrations,
  stateTables,
};

export interface Outcome {
  violation: Violation | null;
  /** the step (from 0) at which it showed; steps.length: in the quiet time at the end */
  atStep: number;
  /** port calls and journal writes made, kills done: what a schedule really covered */
  calls: number;
  writes: number;
  kills: number;
  accepted: number;
  events: number;
  simulatedMs: number;
  log: string[];
}

/** One life of fleetd, from its start to its kill. */
interface Fleetd extends Life {
  journal: Journal;
  file: string;
  fleet: ReturnType<typeof startFleet>;
}

const source = { via: 'cli', sender: 'human', thread: null } as const;
const quietMs = 6 * 3_600_000;
const logLevel = process.env.TEST_LOG ?? 'silent';

export async function simulate(schedule: Schedule, tested: Program = program): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-simulation-'));
  const random = createRandom(schedule.seed ^ 0x5eed);
  const world = createWorld(schedule.products, random, tested.FleetError);
  const { clock } = world;
  const outcome: Outcome = {
    violation: null,
    atStep: 0,
    calls: 0,
    writes: 0,
    kills: 0,
    accepted: 0,
    events: 0,
    simulatedMs: 0,
    log: [],
  };
  const all = schedule.products.map((name) => product(name));
  let current = registry(all, { maxConcurrentSessions: schedule.slots, maxLiveSessions: 4 });
  const kills: { point: KillPoint; n: number; downMs: number }[] = [];
  let fleetd: Fleetd | null = null;
  let files = 0;
  let file = join(folder, 'journal-0.db');
  let failed: Violation | null = null;

  const watched: Watched = {
    get journal() {
      if (fleetd === null) throw new Error('Expected fleetd to be up');
      return fleetd.journal;
    },
    accepted: new Map(),
    limits: () => ({
      slots: current.scheduling.maxConcurrentSessions,
      live: current.scheduling.maxLiveSessions,
    }),
    listed: (name) => current.products.some((p) => p.name === name),
    faults: 0,
  };
  const checks = createChecks(tested, world, watched);
  /** A check inside a callback of fleetd must not be taken for a failure of fleetd. */
  const guarded = (test: () => void): void => {
    if (failed !== null || fleetd === null) return;
    try {
      test();
    } catch (error) {
      failed = error instanceof Violation ? error : new Violation('no crash', String((error as Error).stack));
    }
  };
  const say = (line: string): void =>
    void outcome.log.push(`${String(clock.nowMs() - startMs).padStart(9)} ms  ${line}`);
  const startMs = clock.nowMs();
  world.cut = (forMs) => {
    fault();
    world.setNetwork(false);
    clock.after(forMs, () => {
      fault();
      world.setNetwork(true);
    });
  };
  world.onStartCall = (name) => {
    say(`world: ov coordinator start on ${name}`);
    guarded(() => checks.onStartCall(name));
  };
  world.onReceived = (name, subject) => {
    say(`world: ${name} received ${subject}`);
    guarded(() => checks.onReceived(name, subject));
  };

  function fault(): void {
    watched.faults += 1;
    checks.faultHappened();
  }

  function count(point: KillPoint, life: Fleetd | null): void {
    for (const kill of [...kills]) {
      if (kill.point !== point || life?.alive === false) continue;
      kill.n -= 1;
      if (kill.n > 0) continue;
      kills.splice(kills.indexOf(kill), 1);
      die(kill.downMs, `killed ${point}`);
    }
  }

  /** kill -9: the files as they are now are all that is left. */
  function die(downMs: number, how: string): void {
    const life = fleetd;
    if (life === null || !life.alive) return;
    say(`fleetd: ${how}, down for ${downMs} ms`);
    outcome.kills += 1;
    life.alive = false;
    fleetd = null;
    files += 1;
    file = join(folder, `journal-${files}.db`);
    for (const part of ['', '-wal'])
      if (existsSync(life.file + part)) copyFileSync(life.file + part, file + part);
    fault();
    // The old life runs on, on its own file, until its next call; then nothing of it is left.
    clock.after(downMs, () => {
      life.journal.close();
      boot();
    });
  }

  function boot(): void {
    if (failed !== null || fleetd !== null) return;
    const life = { alive: true, file } as Fleetd;
    const gated: Clock = {
      nowMs: world.wallMs,
      after: (ms, task) =>
        clock.after(ms, () => {
          if (!life.alive) return;
          try {
            task();
          } catch (error) {
            guarded(() => {
              throw new Violation('no crash', `a timer: ${(error as Error).stack}`);
            });
          }
        }),
    };
    life.onCall = (when) => {
      if (when === 'before call') outcome.calls += 1;
      count(when, life);
    };
    const journal = tested.openJournal(file, gated);
    life.journal = {
      ...journal,
      record(...news) {
        if (!life.alive) return journal.record(...news);
        outcome.writes += 1;
        count('before write', life);
        const recorded = journal.record(...news);
        if (life.alive) {
          for (const e of recorded) say(`event ${e.seq} ${e.kind}: ${e.text}`);
          guarded(() => checks.onEvents(recorded));
          count('after write', life);
        }
        return recorded;
      },
    };
    fleetd = life;
    say('fleetd: starts');
    life.fleet = tested.startFleet({
      registry: { current: () => current, problems: () => [] },
      runtime: world.connect(life),
      journal: life.journal,
      clock: gated,
      log: pino({ level: logLevel }),
      tuning: tested.tuning,
      version: '0.0.0',
      runtimeDescription: 'simulated',
    });
  }

  /** A human's command; a refusal is an answer. Returns what a human was told, or null. */
  function ask<T>(command: (life: Fleetd) => T): T | null {
    const life = fleetd;
    if (life === null) return null;
    try {
      const said = command(life);
      return life.alive ? said : null;
    } catch (error) {
      if (error instanceof tested.FleetError && error.code !== 'INTERNAL') say(`refused: ${error.code}`);
      else if (life.alive)
        guarded(() => {
          throw new Violation('no crash', `a command: ${(error as Error).stack}`);
        });
      return null;
    }
  }

  function act(action: Action): void {
    say(`step: ${JSON.stringify(action)}`);
    switch (action.do) {
      case 'start': {
        if (!world.fates.has(action.key)) world.fates.set(action.key, action.fate);
        const told = ask(({ fleet }) =>
          fleet.commands.start({
            product: action.product,
            text: `work on ${action.key}`,
            acceptance: null,
            needs: action.needs.flatMap((n) => [...watched.accepted.values()][n] ?? []),
            source,
            idempotencyKey: action.key,
          }),
        );
        if (told === null) return;
        const before = watched.accepted.get(action.key);
        if (before !== undefined && before !== told.id)
          guarded(() => {
            throw new Violation('nothing lost', `${action.key} was ${before} and is now ${told.id}`);
          });
        watched.accepted.set(action.key, told.id);
        return;
      }
      case 'stop':
        ask(({ fleet }) => fleet.commands.stop(action.product, null, source));
        return;
      case 'cancel': {
        const id = [...watched.accepted.values()][action.nth];
        if (id) ask(({ fleet }) => fleet.commands.cancel(id, null, source));
        return;
      }
      case 'pause':
        ask(({ fleet }) => fleet.controls.pause(action.product, null, source));
        return;
      case 'resume':
        ask(({ fleet }) => fleet.controls.resume(action.product, source));
        return;
      case 'focus':
        ask(({ fleet }) => fleet.controls.focus(action.product, source));
        return;
      case 'undo':
        ask(({ fleet }) => fleet.controls.undo(source));
        return;
      case 'requeue': {
        const id = [...watched.accepted.values()][action.nth];
        if (id) ask(({ fleet }) => fleet.controls.requeue(id, source));
        return;
      }
      case 'message':
        ask(({ fleet }) =>
          fleet.commands.message(action.product, { text: action.text, source }).catch((error) => {
            ask(() => {
              throw error;
            });
          }),
        );
        return;
      case 'slots':
        current = registry(current.products, { maxConcurrentSessions: action.slots, maxLiveSessions: 4 });
        ask(({ fleet }) => fleet.registryChanged());
        return;
      case 'remove product':
      case 'restore products':
        current = registry(
          action.do === 'restore products' ? all : current.products.filter((p) => p.name !== action.product),
          current.scheduling,
        );
        ask(({ fleet }) => fleet.registryChanged());
        return;
      case 'start by hand': {
        const site = world.site(action.product);
        // Where the fleet has a session the human would meet its coordinator.
        if (!site.coordinator?.tmux && fleetd !== null && watched.journal.liveSession(site.name) === null)
          startCoordinator(world, site, true);
        return;
      }
      case 'kill':
        kills.push({ ...action });
        return;
      case 'restart fleetd': {
        const life = fleetd;
        if (life === null) return;
        void life.fleet.close();
        die(action.downMs, 'restarted');
        return;
      }
      case 'cut link':
      case 'restart runtime':
        if (action.do === 'restart runtime') world.restartRuntime();
        world.cut(action.forMs);
        return;
      case 'cut link at':
        world.cutAt.set(action.command, action.forMs);
        return;
      case 'kill coordinator':
        fault();
        world.die(world.site(action.product));
        return;
      case 'lose reply':
        fault();
        world.loseReply.add(action.command);
        return;
      case 'refuse':
        fault();
        world.refuse.set(action.command, world.fault(action.code, action.class));
        return;
      case 'blind': {
        fault();
        const site = world.site(action.product);
        site.blind = true;
        clock.after(action.forMs, () => {
          site.blind = false;
          fault();
        });
        return;
      }
      case 'slow':
        fault();
        world.slow = action.factor;
        clock.after(action.forMs, () => {
          world.slow = 1;
          fault();
        });
        return;
      case 'jump clock':
        world.wallOffsetMs += action.byMs;
        return;
    }
  }

  /** Moves time in pieces, with a check after each. */
  async function pass(ms: number, pieceMs: number): Promise<void> {
    for (let left = ms; left > 0 && failed === null; left -= pieceMs) {
      await clock.advance(Math.min(left, pieceMs));
      guarded(() => checks.check());
    }
  }

  const resting = (): boolean =>
    fleetd !== null &&
    watched.journal.openActions().length === 0 &&
    watched.journal.openObjectives().every((o) => o.state === 'queued' && o.needs.length > 0) &&
    [...world.sites.values()].every((s) => world.processes(s).length === 0);

  try {
    boot();
    await clock.settle();
    for (const [index, step] of schedule.steps.entries()) {
      outcome.atStep = index;
      await pass(step.afterMs, 60_000);
      if (failed !== null) break;
      act(step.action);
      await clock.settle();
      guarded(() => checks.check());
    }
    if (failed === null) {
      outcome.atStep = schedule.steps.length;
      say(
        'quiet: faults stop; later products are back and resumed, what humans started by hand is stopped by hand',
      );
      kills.length = 0;
      world.loseReply.clear();
      world.cutAt.clear();
      world.refuse.clear();
      await pass(150_000, 30_000);
      for (const site of world.sites.values()) if (site.coordinator?.byHand) world.die(site);
      fault();
      current = registry(all, current.scheduling);
      ask(({ fleet }) => fleet.registryChanged());
      for (const name of schedule.products) ask(({ fleet }) => fleet.controls.resume(name, source));
      for (let passed = 0; passed < quietMs && failed === null; passed += 600_000) {
        await pass(600_000, 300_000);
        if (resting()) break;
      }
      guarded(() => checks.checkEnd((id) => ask(({ fleet }) => fleet.commands.objective(id).why)));
      if (fleetd === null) failed ??= new Violation('no crash', 'fleetd did not come back');
    }
    const last = fleetd as Fleetd | null;
    if (last !== null) {
      outcome.events = last.journal.lastSeq();
      last.alive = false;
      last.journal.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  outcome.violation = failed;
  outcome.accepted = watched.accepted.size;
  outcome.simulatedMs = clock.nowMs() - startMs;
  return outcome;
}
