// What each `ov` command does, and how long it takes. A command is a process of the world: once begun it goes on
// without the agent that began it, and what it does may come long after whoever asked has lost hope.
import type { FleetError } from '../../src/common/errors.ts';
import { isBusy, newMail, prompt, receive } from './mailbox.ts';
import type { Agent, Site, World } from './world.ts';

export interface OvCall {
  site: Site;
  command: string;
  args: Record<string, unknown>;
  agent: Agent;
  /** Asked when its turn has come; a refusal is the answer. Left out: everything is allowed. */
  allow?(): Promise<void>;
}

/** ms until it has its effect, then until it ends; and its limit, after which no answer is expected any more */
const durations: Record<string, { effect: [number, number]; rest: [number, number]; limit: number }> = {
  'coordinator.start': { effect: [300, 3_000], rest: [1_000, 9_000], limit: 180_000 },
  'coordinator.stop': { effect: [100, 1_500], rest: [100, 1_000], limit: 135_000 },
  'coordinator.send': { effect: [100, 700], rest: [100, 1_000], limit: 125_000 },
  stop: { effect: [50, 500], rest: [20, 500], limit: 135_000 },
  'mail.reply': { effect: [50, 300], rest: [20, 300], limit: 125_000 },
};
const notSaid = { enabled: false, met: false, detail: '' };
const query: (typeof durations)[string] = { effect: [20, 100], rest: [10, 60], limit: 30_000 };

/** Longest that `ov` lets a command of the table above last, in ms. */
const ownLimitMs: Record<string, number> = { 'coordinator.start': 75_000, 'coordinator.stop': 30_000 };

/** Whether it waits for the product's earlier writes. */
export const isQueued = (command: string): boolean => durations[command] !== undefined;

/** Begins when the product's earlier writes of this agent have ended; never when the agent is gone by then. */
export function beginOv(world: World, call: OvCall, answer: (value: unknown) => void): void {
  if (!isQueued(call.command)) {
    runOv(world, call, answer, () => {});
    return;
  }
  const { queues } = call.agent;
  const before = queues.get(call.site.name) ?? Promise.resolve();
  queues.set(
    call.site.name,
    before.then(
      () =>
        new Promise<void>((done) => {
          if (!call.agent.alive) return;
          if (call.allow === undefined) return runOv(world, call, answer, done);
          call.allow().then(
            () => runOv(world, call, answer, done),
            (refusal) => {
              answer(refusal);
              done();
            },
          );
        }),
    ),
  );
}

function runOv(world: World, call: OvCall, answer: (value: unknown) => void, done: () => void): void {
  const { site, command, agent } = call;
  const { effect, rest, limit } = durations[command] ?? query;
  const cap = (ownLimitMs[command] ?? 20_000) / 2;
  const ms = ([from, to]: [number, number]) => Math.min(cap, world.random.between(from, to) * world.slow);
  const child = { pid: world.serial++, command, agent, killed: false };
  if (command === 'coordinator.start') world.onStartCall(site);
  site.children.add(child);
  const cutForMs = world.cutAt.get(command);
  if (cutForMs !== undefined && world.cutAt.delete(command)) world.clock.after(10, () => world.cut(cutForMs));
  let outcome: unknown;
  // One that a lost link left behind may hang about (a lock, a busy machine) before it does what it was told.
  const takeEffect = (then: () => void): void => {
    if (agent.alive || world.random.chance(0.5)) then();
    else world.clock.after(world.random.between(0, cap), then);
  };
  const begin = () => {
    if (child.killed) return;
    outcome = attempt(world, call);
    world.clock.after(ms(rest), () => {
      if (child.killed) return;
      site.children.delete(child);
      if (command === 'coordinator.start' && site.coordinator?.state === 'booting') {
        site.coordinator.state = 'working';
        world.changed(site);
      }
      done();
      if (world.loseReply.delete(command)) {
        world.clock.after(limit, () => answer(world.fault('AGENT_TIMEOUT', 'unavailable')));
      } else answer(outcome);
    });
  };
  world.clock.after(ms(effect), () => takeEffect(begin));
}

function attempt(world: World, call: OvCall): unknown {
  const refusal = world.refuse.get(call.command);
  if (refusal) {
    world.refuse.delete(call.command);
    // This one says that it failed after it has worked.
    if (refusal.code === 'OV_STOP_INCOMPLETE') perform(world, call);
    return refusal;
  }
  const done = perform(world, call);
  if (world.twice.delete(call.command)) perform(world, call);
  return done;
}

export function perform(world: World, { site, command, args }: OvCall): unknown | FleetError {
  const notRunning = () => world.fault('OV_NOT_RUNNING', 'refused', 'No active coordinator session found');
  switch (command) {
    case 'coordinator.start': {
      if (site.coordinator?.tmux)
        return world.fault('OV_ALREADY_RUNNING', 'refused', 'Coordinator is already running');
      startCoordinator(world, site, false);
      return {
        agentName: 'coordinator',
        tmuxSession: `overstory-${site.name}-coordinator`,
        projectRoot: `/workspace/${site.name}`,
        pid: 1,
      };
    }
    case 'coordinator.stop': {
      const c = site.coordinator;
      if (c === null || c.state === 'completed' || c.state === 'zombie') return notRunning();
      c.tmux = false;
      c.state = 'completed';
      site.runId = null;
      world.changed(site);
      return { stopped: true, sessionId: `session-${c.serial}`, runCompleted: true };
    }
    case 'coordinator.send': {
      if (!site.coordinator?.tmux) return notRunning();
      const mail = fromOperator(world, 'dispatch', String(args.subject), String(args.body));
      receive(world, site, mail);
      const nudged = !isBusy(world, site) && world.random.chance(0.9);
      if (nudged) prompt(world, site, `[DISPATCH] ${args.subject}: ${String(args.body).slice(0, 500)}`);
      return { id: mail.id, nudged };
    }
    case 'mail.reply': {
      const question = [...site.mail, ...site.other].find(({ id }) => id === args.id);
      if (question === undefined) return world.fault('OV_NOT_FOUND', 'refused', 'Message not found');
      const mail = fromOperator(world, question.type, `Re: ${question.subject}`, String(args.body));
      receive(world, site, { ...mail, threadId: question.threadId ?? question.id });
      return { id: mail.id };
    }
    case 'stop': {
      const worker = site.workers.find((w) => w.name === args.agent && w.alive);
      if (!worker) return world.fault('OV_NOT_RUNNING', 'refused', 'Agent not found');
      worker.alive = false;
      world.changed(site);
      return { stopped: true, agentName: worker.name, sessionId: worker.name, tmuxKilled: false };
    }
    case 'mail.list':
      return {
        messages: [...site.mail, ...site.other, ...site.received]
          .filter(
            (mail) =>
              (args.from === undefined || mail.from === args.from) &&
              (args.to === undefined || mail.to === args.to) &&
              (args.type === undefined || mail.type === args.type) &&
              (args.unread === undefined || !mail.read),
          )
          .map((mail) => ({ ...mail }))
          .toReversed(),
      };
    case 'coordinator.output':
      return {
        content: site.limited?.screen ?? (isBusy(world, site) ? '✶ Working… (esc to interrupt)\n❯ ' : '❯ '),
        lines: 1,
      };
    case 'coordinator.checkComplete':
      return {
        complete: false,
        triggers: { allAgentsDone: notSaid, taskTrackerEmpty: notSaid, onShutdownSignal: notSaid },
      };
    case 'errors':
      return { events: [] };
    case 'nudge':
      if (!site.coordinator?.tmux) return notRunning();
      if (isBusy(world, site)) return world.fault('OV_BUSY', 'refused', 'Agent is mid-think');
      world.onNudged(site, String(args.message));
      prompt(world, site, String(args.message));
      return { delivered: true, agentName: 'coordinator' };
    case 'run.complete':
      site.runId = null;
      return { runId: 'run' };
    case 'mail.read':
      for (const m of [...site.mail, ...site.received]) if (m.id === args.id) m.read = true;
      return { id: args.id, alreadyRead: false };
    case 'spec.write':
      return { taskId: args.taskId, path: `.overstory/specs/${args.taskId}.md` };
    default:
      throw new Error(`Expected a command that the simulation knows, got ${command}`);
  }
}

export function startCoordinator(world: World, site: Site, byHand: boolean): void {
  const serial = world.serial++;
  site.limited = null;
  site.coordinator = {
    serial,
    state: byHand ? 'working' : 'booting',
    tmux: true,
    byHand,
    startedAtMs: world.wallMs(),
    busyUntilMs: 0,
    lastActivityMs: world.wallMs(),
    heard: new Set(),
    reports: new Map(),
    waits: null,
  };
  site.runId = `run-${serial}`;
  // What `ov` types first: it is at work just when it is handed its objective.
  prompt(world, site, 'Read your definition, and begin.');
  world.changed(site);
}

const fromOperator = (world: World, type: string, subject: string, body: string) =>
  newMail(world, { from: 'operator', to: 'coordinator', type, subject, body, priority: 'normal' });
