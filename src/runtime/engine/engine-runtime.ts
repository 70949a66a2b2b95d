// An engine that makes a container for each product, as one runtime: a link for each product, opened once its place is there.
import { type Clock, systemClock } from '../../common/clock.ts';
import { FleetError } from '../../common/errors.ts';
import { type ProductRef, protocolVersion, type RuntimeInfo } from '../../contract/runtime/protocol.ts';
import type { Channel } from '../channel.ts';
import { connectRuntime } from '../connection.ts';
import type { LeaseOptions } from '../lease-terms.ts';
import type { Runtime, RuntimeEvents, RuntimeLink } from '../runtime.ts';
import type { Engine, NeededPlace } from './engine.ts';

export interface EngineRuntimeOptions {
  /** of products.yaml */
  name: string;
  engine: Engine;
  /** What the product is predicted to use: reserved for it. */
  needed(product: string): NeededPlace;
  lease?: LeaseOptions;
  clock?: Clock;
  onLog?: (line: string) => void;
}

/** Nothing pushes that an engine went away. */
const lookEveryMs = 30_000;
/** Its container is up, and its agent starts: with the first `ov --version`, on a busy machine. */
const firstLinkMs = 90_000;
const workspaceRoot = '/workspace';

type Member = ReturnType<typeof connectRuntime>;

/** Starts to ask the engine and returns at once. Products are linked when they are first asked for. */
export function engineRuntime(options: EngineRuntimeOptions): Runtime {
  const { name, engine, clock = systemClock, onLog } = options;
  const members = new Map<string, Member>();
  /** Products of which a move has to do with this runtime: whatever their place is, they are linked until it is over. */
  const moving = new Set<string>();
  const listeners: { [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]> } = {
    changed: new Set(),
    connected: new Set(),
    lost: new Set(),
  };
  const info: RuntimeInfo = {
    protocol: protocolVersion,
    agentVersion: '',
    pid: 0,
    startedAtMs: clock.nowMs(),
    platform: 'linux',
    // Each place has its own; what the engine has is its own to say.
    cores: 0,
    memoryBytes: 0,
    workspaceRoot,
    ov: { version: null, simulated: false, error: null },
    modelKey: false,
  };
  let state: RuntimeLink = { state: 'connecting', sinceMs: clock.nowMs(), error: null };
  /** the last end of the leases of products that left */
  let leftEndsMs: number | null = null;
  let closed = false;
  let cancel = () => {};

  async function lookAtEngine(): Promise<void> {
    const error = await engine.list().then(
      () => null,
      (thrown) => FleetError.wrap(thrown),
    );
    if (closed) return;
    cancel = clock.after(lookEveryMs, () => void lookAtEngine());
    if (error === null) {
      if (state.state === 'connected') return;
      state = { state: 'connected', sinceMs: clock.nowMs(), info };
      for (const listener of listeners.connected) listener(info);
      return;
    }
    const news = state.state === 'connected' || state.error?.message !== error.message;
    const sinceMs = state.state === 'connected' ? clock.nowMs() : state.sinceMs;
    state = { state: state.state === 'connecting' ? 'connecting' : 'lost', sinceMs, error: error.toJSON() };
    if (news) for (const listener of listeners.lost) listener(error.toJSON());
  }

  /** Its place is made before its link opens; what takes longer than a link waits is waited for by the next try. */
  function channelOf(product: string): Channel {
    const way = engine.channel(product);
    return {
      ...way,
      async open() {
        await engine.ensure(options.needed(product));
        return await way.open();
      },
    };
  }

  function memberOf(product: string): Member {
    const known = members.get(product);
    if (known !== undefined) return known;
    const member = connectRuntime({
      channel: channelOf(product),
      clock,
      ...(options.lease && { lease: options.lease }),
      onLog: (line) => onLog?.(`${product}: ${line}`),
    });
    members.set(product, member);
    const changed = () => {
      for (const listener of listeners.changed) listener(product);
    };
    member.on('changed', changed);
    member.on('connected', changed);
    return member;
  }

  /** What left this runtime is opened no more, and its lease runs out. Its container stays: a human removes it. */
  function letGo(kept: ReadonlySet<string>): void {
    for (const product of members.keys()) {
      if (kept.has(product)) moving.delete(product);
      else if (!moving.has(product)) void close(product);
    }
  }

  async function close(product: string): Promise<void> {
    const member = members.get(product);
    if (member === undefined) return;
    members.delete(product);
    const endsMs = member.leaseEndsMs();
    if (endsMs !== null) leftEndsMs = Math.max(leftEndsMs ?? 0, endsMs);
    await member.close();
  }

  /** What must not wait for a link that opens by and by, and is said with the engine's own reason. */
  async function there(product: ProductRef): Promise<Member> {
    await engine.ensure(options.needed(product.name));
    const member = of(product);
    await connected(member, clock);
    return member;
  }

  const of = ({ name: product }: ProductRef): Member => memberOf(product);
  const near = (products: readonly ProductRef[]) =>
    products.filter((product) => of(product).link().state === 'connected');

  void lookAtEngine();
  return {
    link: (product) => (product === undefined ? state : memberOf(product).link()),
    places() {
      const ends = [...members.values()].map((member) => member.leaseEndsMs());
      const known = [...ends, leftEndsMs].flatMap((endsMs) => endsMs ?? []);
      return [{ name, link: state, leaseEndsMs: known.length === 0 ? null : Math.max(...known) }];
    },
    list: async () => [],
    snapshot: async (products, how) =>
      (await Promise.all(products.map((product) => of(product).snapshot([product], how)))).flat(),
    ov: (product, command, args) => of(product).ov(product, command, args),
    async footprint(products) {
      const reports = await Promise.all(near(products).map((product) => of(product).footprint([product])));
      return {
        products: reports.flatMap((report) => report.products),
        container: { memoryBytes: null, cpuCores: null },
      };
    },
    look: (product, what) => of(product).look(product, what),
    diff: (product, what) => of(product).diff(product, what),
    artifact: (product, what) => of(product).artifact(product, what),
    usage: (product, sinceMs) => of(product).usage(product, sinceMs),
    make: async (product, how) => await (await there(product)).make(product, how),
    async move(product, step) {
      moving.add(product.name);
      const { move } = await there(product);
      if (move === undefined) throw new Error('Expected a link that knows of moves, got one that does not');
      return await move(product, step);
    },
    async leave(product) {
      moving.delete(product);
      await close(product);
      await engine.park(product);
    },
    maintain: (product, task) => of(product).maintain(product, task),
    bundle: (product, asked) => of(product).bundle(product, asked),
    bundlePart: (product, branch, offset) => of(product).bundlePart(product, branch, offset),
    async doctor(products, fix) {
      const each = await Promise.all(
        near(products).map(async (product) =>
          (await of(product).doctor([product], fix)).map((one) => ({ ...one, product: product.name })),
        ),
      );
      return [...(await engine.doctor()), ...each.flat()];
    },
    async watch(products) {
      letGo(new Set(products.map((product) => product.name)));
      await Promise.allSettled(products.map((product) => of(product).watch([product])));
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    async close() {
      closed = true;
      cancel();
      await Promise.all([...members.values()].map((member) => member.close()));
    },
  };
}

/** The first link of a place that was just made. @throws what the link says when it is not there in time */
async function connected(member: Member, clock: Clock): Promise<void> {
  if (member.link().state === 'connected') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = member.on('connected', () => resolve());
  const cancel = clock.after(firstLinkMs, resolve);
  await promise;
  stop();
  cancel();
  const link = member.link();
  if (link.state === 'connected') return;
  throw FleetError.from(
    link.error ??
      new FleetError({
        code: 'RUNTIME_UNREACHABLE',
        message: `Expected fleet-agent to answer in its new place within ${firstLinkMs / 1000} s, got nothing.`,
        mend: 'See the log of its container.',
      }).toJSON(),
  );
}
