// What lives on when fleetd dies: coordinators, workers, `ov` processes, mail, the link and the clock of the
// wall. fleetd meets it through `Runtime` ports, one per life of fleetd.
import type { FleetError } from '../../src/common/errors.ts';
import type { MaintenanceReply, MaintenanceTask } from '../../src/contract/runtime/maintenance.ts';
import type { RuntimeInfo } from '../../src/contract/runtime/protocol.ts';
import { emptySnapshot, type Mail, type ProductSnapshot } from '../../src/contract/runtime/snapshot.ts';
import {
  onlyRuntime,
  type Runtime,
  type RuntimeEvents,
  type RuntimeLink,
} from '../../src/runtime/runtime.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { beginOv, type OvCall } from './ov.ts';
import type { Random } from './random.ts';
import { type Asks, accountOf, type Fate, type LimitSays } from './schedule.ts';

export interface Coordinator {
  serial: number;
  state: 'booting' | 'working' | 'completed' | 'zombie';
  tmux: boolean;
  byHand: boolean;
  startedAtMs: number;
  /** by the simulation's clock: until then its turn lasts. What comes meanwhile its hooks mark read, and it never sees */
  busyUntilMs: number;
  /** by the clock of the wall: when a hook of its turns last fired */
  lastActivityMs: number;
  /** ids of the mail that it has heard */
  heard: Set<string>;
  /** what it does when it hears a worker's report, by the mail's id */
  reports: Map<string, () => void>;
  /** what it asked, and what it does once it has read an answer; null: it waits for none */
  waits: { asks: Asks; goOn(): void } | null;
}

export interface Site {
  name: string;
  coordinator: Coordinator | null;
  runId: string | null;
  workers: { pid: number; name: string; alive: boolean; startedAtMs: number }[];
  /** `ov` processes at work; `agent` is the one that started it */
  children: Set<{ pid: number; command: string; agent: Agent; killed: boolean }>;
  /** to the operator */
  mail: Mail[];
  /** to orchestrator, decision gates among agents, and what workers report to their coordinator */
  other: Mail[];
  /** from the operator */
  received: Mail[];
  /** the account that its agents work on */
  account: string;
  /** its coordinator stands at a usage limit; goOn: what it does once it is told to, after the reset */
  limited: { screen: string; atMs: number; limit: Limit; goOn: (() => void)[] } | null;
  blind: boolean;
  /** what its coordinators have made, and what they have begun and not committed */
  work: Set<string>;
  open: Set<string>;
}

export const newSite = (name: string, account: string): Site => ({
  name,
  coordinator: null,
  runId: null,
  workers: [],
  children: new Set(),
  mail: [],
  other: [],
  received: [],
  account,
  limited: null,
  blind: false,
  work: new Set(),
  open: new Set(),
});

/** The far end of one connection. It dies with the link; the `ov` processes it started do not. */
export interface Agent {
  alive: boolean;
  /** the end of the last write per product: writes of a product go one after another */
  queues: Map<string, Promise<unknown>>;
  watched: Set<string>;
  /** fails every call in flight */
  lost: Set<(error: FleetError) => void>;
}

export interface Life {
  alive: boolean;
  /** Called around each call of the port; may end this life. */
  onCall(when: 'before call' | 'after call'): void;
}

/** A usage limit of an account, while the wall clock is before its end. */
export interface Limit {
  endsAtMs: number;
  says: LimitSays;
  serial: number;
}

export type World = ReturnType<typeof createWorld>;

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export function createWorld(names: string[], random: Random, error: typeof FleetError) {
  const clock: ManualClock = manualClock();
  const sites = new Map<string, Site>(names.map((name, index) => [name, newSite(name, accountOf(index))]));
  const world = {
    clock,
    random,
    sites,
    error,
    /** ms that the wall clock is ahead of the simulation's */
    wallOffsetMs: 0,
    wallMs: () => clock.nowMs() + world.wallOffsetMs,
    slow: 1,
    limits: new Map<string, Limit>(),
    onNudged: (_site: Site, _message: string): void => {},
    serial: 2,
    networkUp: true,
    fates: new Map<string, Fate>(),
    /** objectives that a coordinator really brought to an end */
    completed: new Set<string>(),
    /** objective → how often its coordinator has died of it */
    deaths: new Map<string, number>(),
    /** commands whose next answer is lost, or is a refusal */
    loseReply: new Set<string>(),
    /** commands whose next answer is late by so many ms, and commands to be carried out twice */
    delayReply: new Map<string, number>(),
    twice: new Set<string>(),
    /** commands that the link is cut at, and for how many ms */
    cutAt: new Map<string, number>(),
    cut: (_forMs: number): void => {},
    refuse: new Map<string, FleetError>(),
    onStartCall: (_site: Site): void => {},
    onReceived: (_site: Site, _mail: Mail): void => {},
    onAsked: (_site: Site, _mail: Mail): void => {},
    onHeard: (_site: Site, _mail: Mail): void => {},
    /** a worker reports to its coordinator */
    onReported: (_site: Site, _mail: Mail): void => {},
    site,
    /** Whether fleetd can reach what is there. */
    inReach: (_site: Site): boolean => world.networkUp,
    /** Of several runtimes: whether fleetd has a link to the one of this name. */
    isConnected: (_runtime: string): boolean => world.networkUp,
    /** A product has got its place on one of several, or lost it; and the workspace there is another one. */
    place: (_product: string, _runtime: string | null): void => {},
    placeAgain: (_product: string): void => {},
    /** Every workspace that it has or had. */
    sitesOf: (name: string): Site[] => [site(name)],
    /** products whose objectives may fail: what the world did to them is no partition */
    excused: new Set<string>(),
    say: (_line: string): void => {},
    /** Whether this is where its product is, as the fleet knows it: of several runtimes one. */
    isPlaced: (at: Site): boolean => sites.get(at.name) === at,
    changed,
    die,
    processes,
    maintain,
    snapshotOf,
    connect,
    setNetwork,
    restartRuntime,
    fault,
  };
  let agent: Agent | null = null;
  let port: { life: Life; linkUp(): void; linkDown(): void; changed(name: string): void } | null = null;

  function site(name: string): Site {
    const found = sites.get(name);
    if (!found) throw new Error(`Expected a product of the world, got ${name}`);
    return found;
  }

  function fault(code: string, kind: FleetError['class'], message = code): FleetError {
    return new error({ code, class: kind, message: `${message}.`, mend: 'Simulated.' });
  }

  /** What the agent's watcher would push. */
  function changed({ name }: Site): void {
    clock.after(random.between(20, 800), () => {
      if (agent?.alive && agent.watched.has(name)) port?.changed(name);
    });
  }

  /** The coordinator's tmux session is gone; its row still says that it works. */
  function die(at: Site): void {
    if (!at.coordinator?.tmux) return;
    at.coordinator.tmux = false;
    world.changed(at);
  }

  /** As `footprint` sees them: what the connected agent itself runs does not count. */
  function processes(at: Site): { pid: number; command: string; end(): void }[] {
    const { coordinator } = at;
    return [
      ...(coordinator?.tmux ? [{ pid: coordinator.serial, command: 'claude', end: () => die(at) }] : []),
      ...at.workers
        .filter((w) => w.alive)
        .map((worker) => ({
          pid: worker.pid,
          command: worker.name,
          end: () => {
            worker.alive = false;
          },
        })),
      ...[...at.children]
        .filter((c) => !c.agent.alive)
        .map((child) => ({
          pid: child.pid,
          command: `ov ${child.command}`,
          end: () => {
            child.killed = true;
            at.children.delete(child);
          },
        })),
    ];
  }

  function maintain(at: Site, task: MaintenanceTask): MaintenanceReply {
    if (task.kind === 'clear-session') die(at);
    if (task.kind !== 'end-processes') return { done: [], left: [] };
    const asked = new Set(task.processes.map(({ pid }) => pid));
    const found = processes(at).filter(({ pid }) => asked.has(pid));
    for (const process of found) process.end();
    return { done: found.map(({ command }) => command), left: [] };
  }

  function dropAgent(): void {
    if (agent === null) return;
    agent.alive = false;
    const { lost } = agent;
    agent = null;
    for (const reject of lost) reject(fault('RUNTIME_LOST', 'unavailable'));
  }

  function newAgent(): Agent {
    dropAgent();
    agent = { alive: true, queues: new Map(), watched: new Set(), lost: new Set() };
    return agent;
  }

  function setNetwork(up: boolean): void {
    if (up === world.networkUp) return;
    world.networkUp = up;
    if (up) port?.linkUp();
    else {
      dropAgent();
      port?.linkDown();
    }
  }

  function restartRuntime(): void {
    for (const at of sites.values()) {
      if (at.coordinator) at.coordinator.tmux = false;
      for (const worker of at.workers) worker.alive = false;
      for (const child of at.children) child.killed = true;
      at.children.clear();
    }
  }

  function snapshotOf(at: Site): ProductSnapshot {
    const { name } = at;
    const iso = (ms: number) => new Date(ms).toISOString();
    const base = { ...emptySnapshot(name, world.wallMs()), projectName: name, runId: at.runId };
    if (at.blind)
      return {
        ...base,
        runId: null,
        health: 'error',
        error: { ...fault('OV_DB_LOCKED', 'unavailable').toJSON(), product: name },
      };
    const c = at.coordinator;
    // `ov status` reconciles what it finds dead.
    if (c && !c.tmux && (c.state === 'working' || c.state === 'booting')) c.state = 'zombie';
    return {
      ...base,
      coordinator: c && {
        state: c.state,
        sessionId: `session-${c.serial}`,
        tmuxSession: c.tmux ? `overstory-${name}-coordinator` : '',
        tmuxAlive: c.tmux,
        pid: c.serial,
        startedAt: iso(c.startedAtMs),
        lastActivity: iso(at.limited?.atMs ?? c.lastActivityMs),
      },
      workers: at.workers.map((w) => ({
        name: w.name,
        capability: 'builder',
        state: w.alive ? 'working' : 'completed',
        taskId: 'task',
        parent: 'coordinator',
        depth: 1,
        branch: `overstory/${w.name}`,
        worktree: w.name,
        startedAt: iso(w.startedAtMs),
        lastActivity: iso(w.startedAtMs),
      })),
      operatorMail: at.mail.filter((m) => !m.read),
    };
  }

  /** The port of one life of fleetd. The link comes up a moment later, when there is a network. */
  function connect(life: Life): Runtime {
    const listeners: { [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]> } = {
      changed: new Set(),
      connected: new Set(),
      lost: new Set(),
    };
    const info: RuntimeInfo = {
      protocol: 1,
      agentVersion: '0.0.0',
      pid: 1,
      startedAtMs: 0,
      platform: 'linux',
      cores: 4,
      memoryBytes: 16 * 1024 ** 3,
      workspaceRoot: '/workspace',
      ov: { version: '0.10.3', simulated: true, error: null },
      modelKey: false,
    };
    let link: RuntimeLink = { state: 'connecting', sinceMs: world.wallMs(), error: null };
    let mine: Agent | null = null;

    function linkUp(): void {
      clock.after(200, () => {
        if (!life.alive || !world.networkUp || link.state === 'connected') return;
        mine = newAgent();
        link = { state: 'connected', sinceMs: world.wallMs(), info };
        for (const listener of listeners.connected) listener(info);
      });
    }
    function linkDown(): void {
      if (!life.alive || link.state !== 'connected') return;
      const lost = fault('RUNTIME_LOST', 'unavailable').toJSON();
      link = { state: 'lost', sinceMs: world.wallMs(), error: lost };
      for (const listener of listeners.lost) listener(lost);
    }

    /** One call: the work goes on without the caller, the answer needs both ends and the link between them. */
    async function call<T>(
      name: string,
      work: (agent: Agent, answer: (value: T | FleetError) => void) => void,
    ): Promise<T> {
      if (!life.alive) return never();
      life.onCall('before call');
      if (!life.alive) return never();
      const far = mine;
      if (far === null || !far.alive) throw fault('RUNTIME_UNREACHABLE', 'unavailable');
      return await new Promise<T>((resolve, reject) => {
        const end = (settle: () => void) => {
          far.lost.delete(onLost);
          if (!life.alive) return;
          life.onCall('after call');
          if (life.alive) settle();
        };
        const onLost = (lost: FleetError) => end(() => reject(lost));
        far.lost.add(onLost);
        let answers = 0;
        const answer = (value: T | FleetError) => {
          answers += 1;
          // A second answer to the same request finds nobody: that is the protocol's.
          if (!far.alive || answers > 1) return;
          end(() => (value instanceof error ? reject(value) : resolve(value as T)));
        };
        const lateMs = world.delayReply.get(name);
        if (lateMs === undefined) return work(far, answer);
        world.delayReply.delete(name);
        work(far, (value) => void clock.after(lateMs, () => answer(value)));
      });
    }

    const ms = (from: number, to: number) => random.between(from, to) * world.slow;
    if (port) port.life.alive = false;
    port = {
      life,
      linkUp,
      linkDown,
      changed: (name) => {
        if (life.alive && link.state === 'connected') for (const l of listeners.changed) l(name);
      },
    };
    dropAgent();
    if (world.networkUp) linkUp();

    return {
      link: () => link,
      places: () => [{ name: onlyRuntime, link, leaseEndsMs: null }],
      list: async () => [],
      make: async () => [],
      bundle: async () => null,
      bundlePart: async () => Buffer.alloc(0),
      artifact: async () => ({ refused: 'missing', bytes: null }),
      snapshot: (refs) =>
        call('snapshot', (_far, answer) => {
          const again = world.twice.delete('snapshot');
          clock.after(ms(20, 200), () => {
            const seen = refs.map((r) => snapshotOf(site(r.name)));
            clock.after(ms(1, 100), () => answer(seen));
            if (again) for (const r of refs) port?.changed(r.name);
          });
        }),
      ov: (ref, command, args) =>
        call(command, (far, answer) => {
          const asked: OvCall = {
            site: site(ref.name),
            command,
            args: args as Record<string, unknown>,
            agent: far,
          };
          beginOv(world, asked, answer as (value: unknown) => void);
        }),
      footprint: (refs) =>
        call('footprint', (_far, answer) => {
          clock.after(ms(5, 60), () =>
            answer({
              products: refs.map((r) => ({
                product: r.name,
                processes: processes(site(r.name)).map(({ pid, command }) => ({
                  pid,
                  startTicks: 1,
                  command,
                  pssBytes: 1,
                })),
                // As predicted: room is then the same before and after it was measured.
                memoryBytes: 1024 ** 3,
                cpuCores: 0.1,
              })),
              container: { memoryBytes: null, cpuCores: null },
            }),
          );
        }),
      doctor: async () => [],
      look: async () => ({ text: '', truncated: false }),
      diff: async () => Promise.reject(new Error('no objects here')),
      usage: async () => ({ agents: [], refusals: [], skippedLines: 0, unread: 0 }),
      maintain: (ref, task) =>
        call('maintain', (_far, answer) => {
          clock.after(ms(20, 200), () => answer(maintain(site(ref.name), task)));
        }),
      watch: (refs) =>
        call('watch', (far, answer) => {
          far.watched = new Set(refs.map((r) => r.name));
          clock.after(ms(1, 10), () => answer(undefined));
        }),
      on(event, listener) {
        (listeners[event] as Set<typeof listener>).add(listener);
        return () => (listeners[event] as Set<typeof listener>).delete(listener);
      },
      close: async () => {},
    };
  }

  return world;
}
