// A runtime in memory behind the Runtime port: products with a coordinator that is there or not, mail, and
// faults on demand. It knows what overstory does to a driver's view and nothing of how overstory does it.
import type { Clock } from '../../src/common/clock.ts';
import { FleetError } from '../../src/common/errors.ts';
import type { UsageReport } from '../../src/contract/runtime/measurements.ts';
import type { RuntimeInfo } from '../../src/contract/runtime/protocol.ts';
import type { Mail, ProductSnapshot } from '../../src/contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../src/overstory/commands/index.ts';
import { artifact } from '../../src/runtime/agent/artifact.ts';
import { diff } from '../../src/runtime/agent/work/diff.ts';
import { mark } from '../../src/runtime/agent/work/mark.ts';
import { revert } from '../../src/runtime/agent/work/revert.ts';
import {
  onlyRuntime,
  type Runtime,
  type RuntimeEvents,
  type RuntimeLink,
} from '../../src/runtime/runtime.ts';

export interface FakeProduct {
  health: ProductSnapshot['health'];
  coordinator: 'none' | 'alive' | 'dead';
  runId: string | null;
  /** of a coordinator that was there before; null: named after the number of its start */
  sessionId: string | null;
  mail: Mail[];
  workers: ProductSnapshot['workers'];
  /** subjects and bodies that arrived from the operator */
  received: { id: string; subject: string; body: string; read: boolean }[];
  starts: number;
  stops: number;
  processes: number;
  /** measured while a process is there */
  memoryBytes: number;
  cpuCores: number;
  /** what its terminal shows */
  screen: string;
  /** whether a message wakes it; one that does not is known to it after a nudge only */
  hears: boolean;
  /** whether it answers each message that it hears, as overstory's coordinators are told to */
  acknowledges: boolean;
  /** what `coordinator check-complete` says */
  complete: boolean;
  /** what its transcripts say of the session that ends next; null: nothing */
  costUsd: number | null;
  /** what is known against the state of its repository */
  cautions: string[];
  /** steps of its agents, as overstory's books have them */
  steps: (ReplyOf<'feed'>['events'][number] & { agentName: string })[];
  /** what is done when it is made ready, in words */
  made: string[];
  /** what a look at its source finds; null: nothing new */
  news: { commit: string; text: string } | null;
  /** what its agents' transcripts end with */
  refusals: UsageReport['refusals'];
  /** what its transcripts say of the one at work, costUsd 0 where the model has no price; null: nothing */
  live: { costUsd: number; tokens: number; unpriced?: number } | null;
  /** the watchdog of the lease has stopped what ran in it */
  endedByLease: boolean;
  /** a real one, whose work is marked and shown; null: there is none */
  repository: string | null;
  /** the last sign of life, ms since epoch; null: just now */
  lastActivityMs: number | null;
}

export type Fault = (call: { command: string; product: string; args: unknown }) => Outcome | Promise<Outcome>;
type Outcome = 'before' | 'after' | FleetError | null;

export function fakeRuntime(clock: Clock, names: string[]) {
  const idle = (): FakeProduct => ({
    health: 'ok',
    coordinator: 'none',
    runId: null,
    sessionId: null,
    mail: [],
    workers: [],
    received: [],
    starts: 0,
    stops: 0,
    processes: 0,
    screen: '❯ ',
    hears: true,
    acknowledges: true,
    complete: false,
    lastActivityMs: null,
    endedByLease: false,
    repository: null,
    costUsd: null,
    refusals: [],
    cautions: [],
    news: null,
    made: [],
    steps: [],
    live: null,
    memoryBytes: 100 * 1024 ** 2,
    cpuCores: 0.1,
  });
  const products = new Map(names.map((name) => [name, idle()]));
  const calls: { command: string; product: string; args: unknown }[] = [];
  const listeners = { changed: new Set(), connected: new Set(), lost: new Set() } as {
    [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]>;
  };
  const info: RuntimeInfo = {
    protocol: 1,
    agentVersion: '0.0.0',
    pid: 1,
    startedAtMs: clock.nowMs(),
    platform: 'linux',
    cores: 2,
    memoryBytes: 16 * 1024 ** 3,
    workspaceRoot: '/workspace',
    ov: { version: '0.10.3', simulated: true, error: null },
    modelKey: false,
  };
  let link: RuntimeLink = { state: 'connected', sinceMs: clock.nowMs(), info };
  let serial = 0;
  let leaseEndsMs: number | null = null;
  let fault: Fault = () => null;

  const lost = (code: 'RUNTIME_LOST' | 'RUNTIME_UNREACHABLE') =>
    new FleetError({ code, class: 'unavailable', message: 'The link is gone.', mend: 'It is tried again.' });
  const ovError = (code: string, message: string) =>
    new FleetError({ code, class: 'runtime', message, mend: 'See the log.' });

  function product(name: string): FakeProduct {
    const found = products.get(name);
    if (!found) throw new Error(`no fake product ${name}`);
    return found;
  }

  function snapshotOf(name: string): ProductSnapshot {
    const p = product(name);
    const at = new Date(clock.nowMs()).toISOString();
    return {
      product: name,
      observedAtMs: clock.nowMs(),
      health: p.health,
      ...(p.endedByLease && { endedByLease: true as const }),
      error:
        p.health === 'ok'
          ? null
          : { ...ovError('OV_NOT_INITIALISED', `${name} has no .overstory.`).toJSON(), product: name },
      projectName: name,
      runId: p.runId,
      coordinator:
        p.coordinator === 'none'
          ? null
          : {
              state: p.coordinator === 'alive' ? 'working' : 'zombie',
              sessionId: p.sessionId ?? `session-${p.starts}`,
              tmuxSession: p.coordinator === 'alive' ? `overstory-${name}-coordinator` : '',
              tmuxAlive: p.coordinator === 'alive',
              pid: 1,
              startedAt: at,
              lastActivity: new Date(p.lastActivityMs ?? clock.nowMs()).toISOString(),
            },
      workers: p.workers,
      operatorMail: p.mail.filter((m) => !m.read && m.to === 'operator'),
      operatorMailLeftOut: 0,
      mergeQueueCount: 0,
      worktrees: [],
    };
  }

  function letter(mail: Partial<Mail> & { subject: string }): Mail {
    return {
      id: `mail-${serial++}`,
      from: 'coordinator',
      to: 'operator',
      body: '',
      type: 'result',
      priority: 'normal',
      threadId: null,
      payload: null,
      read: false,
      createdAt: new Date(clock.nowMs()).toISOString(),
      ...mail,
    };
  }

  function acknowledge(p: FakeProduct, id: string, subject: string): void {
    if (!p.acknowledges || /\] PAUSE$/.test(subject) || p.mail.some(({ threadId }) => threadId === id))
      return;
    p.mail.push(letter({ subject: `Re: ${subject}`, body: 'Noted.', threadId: id, type: 'dispatch' }));
  }

  function perform(name: string, command: string, args: Record<string, unknown>): unknown {
    const p = product(name);
    switch (command) {
      case 'coordinator.start':
        if (p.coordinator === 'alive') throw ovError('OV_ALREADY_RUNNING', 'Coordinator is already running');
        p.starts += 1;
        p.sessionId = null;
        p.processes = 1;
        p.coordinator = 'alive';
        p.endedByLease = false;
        p.runId = `run-${p.starts}`;
        return { agentName: 'coordinator', tmuxSession: `overstory-${name}-coordinator`, pid: 1 };
      case 'coordinator.stop':
        if (p.coordinator !== 'alive') throw ovError('OV_NOT_RUNNING', 'No active coordinator session found');
        p.stops += 1;
        p.processes = 0;
        p.coordinator = 'none';
        p.runId = null;
        return { stopped: true };
      case 'coordinator.send': {
        if (p.coordinator !== 'alive') throw ovError('OV_NOT_RUNNING', 'No active coordinator session found');
        const id = `msg-${serial++}`;
        p.received.push({ id, subject: String(args.subject), body: String(args.body), read: p.hears });
        if (p.hears) acknowledge(p, id, String(args.subject));
        if (p.hears && /\] PAUSE$/.test(String(args.subject)))
          p.mail.push(
            letter({
              subject: `Re: ${args.subject}`,
              body: 'Active leads: none\nCompleted: none\nBlockers: none\nNext actions: go on',
              threadId: id,
              type: 'dispatch',
            }),
          );
        for (const listener of listeners.changed) listener(name);
        return { id, nudged: p.hears };
      }
      case 'nudge':
        for (const m of p.received) {
          if (!m.read || String(args.message).includes(m.id)) acknowledge(p, m.id, m.subject);
          m.read = true;
        }
        for (const listener of listeners.changed) listener(name);
        return { agentName: 'coordinator', delivered: true };
      case 'mail.reply': {
        const id = `msg-${serial++}`;
        p.received.push({ id, subject: 'Re:', body: String(args.body), read: p.coordinator === 'alive' });
        return { id };
      }
      case 'mail.list':
        if (args.from !== 'operator')
          return {
            messages:
              args.to === 'orchestrator'
                ? []
                : p.mail
                    .filter((m) => m.type === (args.type ?? m.type) && m.from === (args.from ?? m.from))
                    .reverse(),
          };
        return {
          messages: p.received.map((m) => ({
            ...m,
            from: 'operator',
            to: 'coordinator',
            type: 'dispatch',
            priority: 'normal',
            threadId: null,
            payload: null,
            createdAt: new Date(clock.nowMs()).toISOString(),
          })),
        };
      case 'coordinator.output':
        return { content: p.screen, lines: 1 };
      case 'coordinator.checkComplete':
        return { complete: p.complete, triggers: {} };
      case 'feed':
        return { events: p.steps.filter(({ agentName }) => agentName === args.agent) };
      case 'errors':
        return { events: [] };
      case 'mail.read':
        for (const m of p.mail) if (m.id === args.id) m.read = true;
        return {};
      case 'spec.write':
        return { taskId: args.taskId, path: `.overstory/specs/${args.taskId}.md` };
      default:
        return {};
    }
  }

  const runtime: Runtime = {
    link: () => link,
    places: () => [{ name: onlyRuntime, link, leaseEndsMs }],
    list: async () => [],
    bundle: async () => null,
    bundlePart: async () => Buffer.alloc(0),
    async snapshot(refs) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      await null;
      return refs.map((r) => snapshotOf(r.name));
    },
    async ov(ref, command, args) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      const call = { command, product: ref.name, args };
      calls.push(call);
      const how = await fault(call);
      if (how instanceof FleetError) throw how;
      if (how === 'before') throw lost('RUNTIME_LOST');
      const reply = perform(ref.name, command, args as Record<string, unknown>);
      if (how === 'after') throw lost('RUNTIME_LOST');
      return reply as never;
    },
    async footprint(refs) {
      return {
        products: refs.map((r) => ({
          product: r.name,
          processes: Array.from({ length: products.get(r.name)?.processes ?? 0 }, (_, i) => ({
            pid: i + 1,
            startTicks: 1,
            command: 'claude',
            pssBytes: 1,
          })),
          memoryBytes: products.get(r.name)?.processes ? product(r.name).memoryBytes : 0,
          cpuCores: products.get(r.name)?.processes ? product(r.name).cpuCores : 0,
        })),
        container: { memoryBytes: null, cpuCores: null },
      };
    },
    doctor: async () => [],
    look: async () => ({ text: '', truncated: false }),
    async diff({ name }, what) {
      const { repository } = product(name);
      if (repository === null) throw ovError('DIFF_GONE', `${name} has no objects.`);
      return await diff(name, repository, what);
    },
    async artifact({ name }, what) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      const how = await fault({ command: 'artifact', product: name, args: what });
      if (how instanceof FleetError) throw how;
      if (how !== null) throw lost('RUNTIME_LOST');
      const { repository } = product(name);
      return repository === null
        ? { refused: 'missing', bytes: null }
        : await artifact(name, repository, what);
    },
    async usage(ref) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      const { live, costUsd, coordinator } = product(ref.name);
      const said =
        live !== null && coordinator === 'alive' ? live : costUsd === null ? null : { costUsd, tokens: 0 };
      const none = { output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, webSearches: 0 };
      const model = { model: 'claude-new-9', longPrompt: false, stated: true, ...none };
      return {
        agents:
          said === null
            ? []
            : [
                {
                  name: 'coordinator',
                  models: [
                    { ...model, input: said.tokens, costUsd: said.costUsd > 0 ? said.costUsd : null },
                    ...('unpriced' in said && said.unpriced
                      ? [{ ...model, model: 'claude-newer-9', input: said.unpriced, costUsd: null }]
                      : []),
                  ],
                },
              ],
        refusals: product(ref.name).refusals,
        skippedLines: 0,
        unread: 0,
      };
    },
    async make(ref, how) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      calls.push({ command: 'make', product: ref.name, args: how });
      const failed = await fault({ command: 'make', product: ref.name, args: how });
      if (failed instanceof FleetError) throw failed;
      if (failed !== null) throw lost('RUNTIME_LOST');
      return product(ref.name).made.splice(0);
    },
    async maintain(ref, task) {
      if (link.state !== 'connected') throw lost('RUNTIME_UNREACHABLE');
      calls.push({ command: task.kind, product: ref.name, args: task });
      const how = await fault({ command: task.kind, product: ref.name, args: task });
      if (how instanceof FleetError) throw how;
      if (how !== null) throw lost('RUNTIME_LOST');
      if (task.kind === 'end-processes') product(ref.name).processes = 0;
      const { repository } = product(ref.name);
      if (task.kind === 'mark' && repository !== null)
        return { done: [], left: [], mark: await mark(repository, task) };
      if (task.kind === 'revert' && repository !== null)
        return { done: [], left: [], commit: await revert(ref.name, repository, task.order) };
      if (task.kind === 'news') return { done: [], left: [], news: product(ref.name).news };
      const asks = task.kind === 'prepare' || task.kind === 'state';
      return { done: [], left: asks ? product(ref.name).cautions : [] };
    },
    watch: async () => {},
    on(event, listener) {
      (listeners[event] as Set<typeof listener>).add(listener);
      return () => (listeners[event] as Set<typeof listener>).delete(listener);
    },
    close: async () => {},
  };

  return {
    runtime,
    product,
    /** one that comes later */
    add(name: string): FakeProduct {
      products.set(name, idle());
      return product(name);
    },
    calls,
    count: (command: string) => calls.filter((c) => c.command === command).length,
    setFault(next: Fault) {
      fault = next;
    },
    /** from when on nothing runs there, on the clock that nobody sets; null: no lease */
    setLease(endsMs: number | null) {
      leaseEndsMs = endsMs;
    },
    changed(name: string) {
      for (const listener of listeners.changed) listener(name);
    },
    mailFrom(name: string, mail: Partial<Mail> & { subject: string }) {
      product(name).mail.push(letter(mail));
      this.changed(name);
    },
    disconnect() {
      const error = lost('RUNTIME_LOST').toJSON();
      link = { state: 'lost', sinceMs: clock.nowMs(), error };
      for (const listener of listeners.lost) listener(error);
    },
    reconnect() {
      link = { state: 'connected', sinceMs: clock.nowMs(), info };
      for (const listener of listeners.connected) listener(info);
    },
  };
}
