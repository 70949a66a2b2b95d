// The lives of fleetd one after another, on one journal: a kill is a copy of the journal's files at that instant.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import type { Clock } from '../../src/common/clock.ts';
import { openArtifactFiles, type startFleet } from '../../src/fleet/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createChecks } from './checks.ts';
import { Violation, type Watched } from './invariants.ts';
import { watchMachines } from './machines/index.ts';
import { connectMachines } from './machines/links.ts';
import type { Machine } from './machines/machine.ts';
import type { KillPoint } from './schedule.ts';
import type { Outcome, Program } from './simulate.ts';
import type { Life, World } from './world.ts';

/** One life of fleetd, from its start to its kill. */
export interface Fleetd extends Life {
  journal: Journal;
  /** its file, to be read beside it */
  tables: DatabaseSync;
  file: string;
  fleet: ReturnType<typeof startFleet>;
  /** resolves at its kill */
  died: Promise<void>;
  end(): void;
}

const logLevel = process.env.TEST_LOG ?? 'silent';

export function createLives(given: {
  folder: string;
  world: World;
  tested: Program;
  outcome: Outcome;
  registry(): Registry;
  say(line: string): void;
  /** of several runtimes; none: there is the world's one */
  machines: Machine[];
}) {
  const { folder, world, tested, outcome, say } = given;
  const { clock } = world;
  const kills: { point: KillPoint; n: number; downMs: number }[] = [];
  const passed: Record<KillPoint, number> = {
    'before call': 0,
    'after call': 0,
    'before write': 0,
    'after write': 0,
  };
  const accepted = new Map<string, string>();
  const answered = new Map<number, { verdict: string; text: string }>();
  let fleetd: Fleetd | null = null;
  let runtime: Runtime | null = null;
  let failed: Violation | null = null;
  let faults = 0;
  let files = 0;
  let file = join(folder, 'journal-0.db');

  const watched: Watched = {
    fleetd() {
      if (fleetd === null) throw new Error('Expected fleetd to be up');
      return fleetd;
    },
    accepted,
    answered,
    scheduling: () => given.registry().scheduling,
    listed: (name) => given.registry().products.some((p) => p.name === name),
    faults: () => faults,
  };
  const checks = createChecks(tested, world, watched);
  const ofMachines = watchMachines(world, given.machines, watched, guarded);
  world.isConnected = (name) =>
    runtime?.places().some((place) => place.name === name && place.link.state === 'connected') ?? false;

  function guarded(test: () => void): void {
    if (failed !== null || fleetd === null) return;
    try {
      test();
    } catch (error) {
      failed = error instanceof Violation ? error : new Violation('no crash', String((error as Error).stack));
    }
  }

  function fault(): void {
    faults += 1;
    checks.faultHappened();
  }

  world.cut = (forMs) => {
    fault();
    for (const { ends } of given.machines) for (const end of [...ends]) end.die('its stream broke');
    world.setNetwork(false);
    clock.after(forMs, () => {
      fault();
      world.setNetwork(true);
    });
  };
  world.say = say;
  world.onStartCall = (site) => {
    say(`world: ov coordinator start on ${site.name}`);
    if (world.isPlaced(site)) guarded(() => checks.onStartCall(site.name));
  };
  world.onNudged = (site, message) => {
    say(`world: ${site.name} is told ${message.slice(0, 40)}`);
    guarded(() => checks.onNudged(site, message));
  };
  // What happens where a product is no longer, reaches nobody: only what the fleet makes of it is looked at.
  world.onReceived = (site, mail) => {
    say(`world: ${site.name} received ${mail.subject}`);
    if (world.isPlaced(site)) guarded(() => checks.onReceived(site.name, mail));
  };
  world.onAsked = (site, mail) => {
    say(`world: ${site.name} asks ${mail.to} (${mail.id}): ${mail.subject}, ${mail.body}`);
    if (world.isPlaced(site)) checks.onAsked(site.name, mail);
  };

  world.onHeard = (site, mail) => {
    say(`world: ${site.name} hears ${mail.id}: ${mail.subject}`);
    checks.onHeard(site.name, mail);
  };
  world.onReported = (site, mail) => {
    say(`world: ${mail.from} of ${site.name} reports (${mail.id})`);
    if (world.isPlaced(site)) checks.onSent(site.name, mail);
  };

  function count(point: KillPoint, life: Fleetd): void {
    passed[point] += 1;
    for (const kill of [...kills]) {
      if (kill.point !== point || !life.alive) continue;
      kill.n -= 1;
      if (kill.n > 0) continue;
      kills.splice(kills.indexOf(kill), 1);
      outcome.killedAt.push({ point, n: passed[point] });
      die(kill.downMs, `killed ${point} ${passed[point]}`);
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
    life.end();
    // The old life runs on, on its own file, until its next call; then nothing of it is left.
    clock.after(downMs, () => {
      life.journal.close();
      boot();
    });
  }

  function boot(): void {
    if (failed !== null || fleetd !== null) return;
    const { promise: died, resolve: end } = Promise.withResolvers<void>();
    // The rest of it needs it.
    const life = { alive: true, file, died, end } as unknown as Fleetd;
    const gated: Clock = {
      nowMs: world.wallMs,
      ...(given.machines.length > 0 && { upMs: clock.nowMs }),
      after: (ms, task) =>
        clock.after(Math.ceil(ms), () => {
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
    life.tables = tested.openDatabase(file);
    const journal = tested.openJournal(file, gated, life.tables);
    life.journal = {
      ...journal,
      record(...news) {
        if (!life.alive) return journal.record(...news);
        outcome.writes += 1;
        count('before write', life);
        const recorded = journal.record(...news);
        if (life.alive) {
          for (const e of recorded) say(`event ${e.seq} ${e.kind}: ${e.text}`);
          guarded(() => {
            if (given.machines.length > 0) for (const event of recorded) ofMachines.onEvent(event);
            checks.onEvents(recorded);
          });
          count('after write', life);
        }
        return recorded;
      },
    };
    fleetd = life;
    const placeOf = (product: string) => life.journal.placement(product);
    runtime =
      given.machines.length === 0
        ? world.connect(life)
        : connectMachines(world, given.machines, tested, { life, clock: gated, died, placeOf }, ofMachines);
    say('fleetd: starts');
    life.fleet = tested.startFleet({
      registry: { current: given.registry, problems: () => [] },
      runtime,
      journal: life.journal,
      // No report of the simulation names a file.
      artifactFiles: openArtifactFiles('/nowhere'),
      clock: gated,
      log: pino({ level: logLevel }),
      tuning: tested.tuning,
      version: '0.0.0',
      runtimeDescription: 'simulated',
    });
  }

  return {
    /** After every step. */
    check(): void {
      checks.check();
      ofMachines.check();
    },
    accepted,
    answered,
    kills,
    checks,
    guarded,
    fault,
    say,
    boot,
    die,
    fleetd: () => fleetd,
    failed: () => failed,
    /** When nothing breaks any more and time has passed. */
    end(): void {
      guarded(checks.checkEnd);
      if (fleetd === null) failed ??= new Violation('no crash', 'fleetd did not come back');
    },
    close(): void {
      checks.close();
      if (fleetd === null) return;
      const { gates, notices } = checks.counted();
      Object.assign(outcome, { gates, notices, events: fleetd.journal.lastSeq() });
      fleetd.alive = false;
      fleetd.journal.close();
    },
  };
}
