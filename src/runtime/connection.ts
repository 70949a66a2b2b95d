// The Runtime over a channel: keeps one link open, checks everything that comes back, and tells the caller
// exactly what is known of a call that failed.
import { z } from 'zod';
import { type Clock, systemClock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { findingSchema } from '../contract/doctor.ts';
import { bundlePartSchema, bundleReplySchema } from '../contract/runtime/bundle.ts';
import { diffReplySchema } from '../contract/runtime/diff.ts';
import { lookReplySchema } from '../contract/runtime/look.ts';
import { maintenanceReplySchema } from '../contract/runtime/maintenance.ts';
import { footprintSchema, usageReportSchema } from '../contract/runtime/measurements.ts';
import {
  changedSchema,
  methods,
  notifications,
  type ProductRef,
  protocolVersion,
  type RuntimeInfo,
  readCommands,
  runtimeInfoSchema,
  workspaceFolderSchema,
  writeQueueMs,
} from '../contract/runtime/protocol.ts';
import { type ProductSnapshot, productSnapshotSchema } from '../contract/runtime/snapshot.ts';
import { type ArgsOf, type OvCommandName, ovCommands, type ReplyOf } from '../overstory/commands/index.ts';
import { readOvReply } from '../overstory/run.ts';
import type { Channel } from './channel.ts';
import { closed, incompatible, invalidReply, openedTooLate, unreachable, wrongProduct } from './faults.ts';
import { type Link, openLink } from './link.ts';
import type { Runtime, RuntimeEvents, RuntimeLink } from './runtime.ts';

export interface ConnectionOptions {
  channel: Channel;
  clock?: Clock;
  /** One line on what the connection does. */
  onLog?: (line: string) => void;
  /** ms to wait before attempt number `attempt` (from 0) to open the link again */
  backoff?: (attempt: number) => number;
}

/** Opening includes hello, which may wait for the first `ov --version`. */
const openMs = 30_000;
const heartbeatEveryMs = 10_000;
/** With sixteen first starts on two cores a sound agent had 0.4 s of CPU in 15 s: one that is let go takes them with it. */
const heartbeatMs = 60_000;
/** The agent answers `ov` calls itself at their own timeout; this much more means that it does not answer. */
const marginMs = 15_000;
/** Two calls of `ov` of 15 s, behind one look at the same product that began before, and waiting for a slot. */
const snapshotMs = 90_000;
const lookMs = 20_000;
/** Some calls of git, each for 10 s at most and usually some milliseconds. */
const diffMs = 45_000;
/** Its programs are asked for their versions, each for 45 s at most. */
const doctorMs = 75_000;
/** Longest: ending processes, 2 s of patience and then until the kernel has let go of them. */
const maintenanceMs = 30_000;
/** Packing what a session made, and reading a part of it. */
const bundleMs = 60_000;
const bundleAnswer = z.object({ bundle: bundleReplySchema.nullable() });
/** A link that lasted this long was a good one: the next attempts start from the shortest wait again. */
const steadyMs = 10_000;

/** 200 ms doubling up to 10 s, of which a random half is taken off so that many do not come at once. */
export function exponentialBackoff(attempt: number): number {
  return Math.min(10_000, 200 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
}

/** Starts to connect and returns at once; until it is connected every call fails with RUNTIME_UNREACHABLE. */
export function connectRuntime({
  channel,
  clock = systemClock,
  onLog = () => {},
  backoff = exponentialBackoff,
}: ConnectionOptions): Runtime {
  const listeners: { [E in keyof RuntimeEvents]: Set<RuntimeEvents[E]> } = {
    changed: new Set(),
    connected: new Set(),
    lost: new Set(),
  };
  let state: RuntimeLink = { state: 'connecting', sinceMs: clock.nowMs(), error: null };
  let reason: FleetError | null = null;
  let live: Link | null = null;
  let watched: ProductRef[] = [];
  let isClosed = false;
  /** Ends what the connection waits for just now. */
  let interrupt = () => {};

  function tell(notify: () => void): void {
    try {
      notify();
    } catch (error) {
      onLog(`a listener failed: ${error instanceof Error ? error.stack : error}`);
    }
  }

  async function request<S extends z.ZodType>(
    link: Link | null,
    method: string,
    params: object,
    timeoutMs: number,
    reply: S,
  ): Promise<z.output<S>> {
    if (link === null) throw unreachable(channel.description, reason);
    const checked = reply.safeParse(await link.request(method, params, timeoutMs));
    if (checked.success) return checked.data;
    throw invalidReply(method, checked.error);
  }

  async function greet(link: Link): Promise<RuntimeInfo> {
    const reply = await link.request(methods.hello, {}, openMs);
    const protocol = runtimeInfoSchema.pick({ protocol: true }).safeParse(reply).data?.protocol;
    if (protocol !== protocolVersion) throw incompatible(protocol);
    const info = runtimeInfoSchema.safeParse(reply);
    if (!info.success) throw invalidReply(methods.hello, info.error);
    return info.data;
  }

  /** @returns a link that has been greeted; an agent that does not get that far is let go */
  async function establish(): Promise<{ link: Link; info: RuntimeInfo }> {
    const opening = openLink(channel, clock);
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(openMs, () => late.reject(openedTooLate(channel, openMs)));
    interrupt = () => late.reject(closed());
    const link = await Promise.race([opening, late.promise])
      .catch((error) => {
        void opening.then((link) => link.end(FleetError.wrap(error))).catch(() => {});
        throw error;
      })
      .finally(cancel);
    interrupt = () => void link.end(closed());
    try {
      link.onNotification(notifications.changed, (params) => {
        const product = changedSchema.safeParse(params).data?.product;
        const known = watched.find(({ name }) => name === product);
        if (known !== undefined) for (const listener of listeners.changed) tell(() => listener(known.name));
      });
      return { link, info: await greet(link) };
    } catch (error) {
      const ended = link.end(FleetError.wrap(error));
      if (isClosed) await ended;
      throw error;
    }
  }

  function heartbeat(link: Link): void {
    const stop = clock.after(heartbeatEveryMs, () => {
      request(link, methods.hello, {}, heartbeatMs, runtimeInfoSchema).then(
        (info) => {
          if (live !== link || state.state !== 'connected') return;
          state = { ...state, info };
          heartbeat(link);
        },
        (error) => void link.end(FleetError.wrap(error)),
      );
    });
    void link.lost.then(stop);
  }

  function disconnected(error: FleetError): void {
    const news = state.state === 'connected' || error.message !== reason?.message;
    const gone = state.state === 'connected' || state.state === 'lost';
    reason = error;
    live = null;
    const sinceMs = state.state === 'connected' ? clock.nowMs() : state.sinceMs;
    state = { state: gone ? 'lost' : 'connecting', sinceMs, error: error.toJSON() };
    if (!news || isClosed) return;
    onLog(`no link: ${error.code} ${error.message}`);
    for (const listener of listeners.lost) tell(() => listener(error.toJSON()));
  }

  /** Returns when the link is over. */
  async function liveOnce(): Promise<void> {
    const { link, info } = await establish();
    live = link;
    // The agent is a new one each time and knows of nothing to watch.
    await sendWatch().catch((error) => onLog(`watch: ${FleetError.wrap(error).message}`));
    state = { state: 'connected', sinceMs: clock.nowMs(), info };
    onLog(`connected to ${channel.description}`);
    heartbeat(link);
    for (const listener of listeners.connected) tell(() => listener(info));
    const lost = await link.lost;
    // Who closes us may rely on the agent being gone.
    if (isClosed) await link.end(lost);
    throw lost;
  }

  async function keepConnected(): Promise<void> {
    for (let attempt = 0; !isClosed; attempt += 1) {
      try {
        await liveOnce();
      } catch (error) {
        if (state.state === 'connected' && clock.nowMs() - state.sinceMs >= steadyMs) attempt = 0;
        disconnected(FleetError.wrap(error));
      }
      await pause(backoff(attempt));
    }
  }

  async function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, resolve);
    interrupt = resolve;
    if (!isClosed) await promise;
    cancel();
  }

  async function sendWatch(): Promise<void> {
    const params = { products: watched.map(refOf) };
    await (live ?? fail(unreachable(channel.description, reason))).request(methods.watch, params, lookMs);
  }

  const running = keepConnected();

  return {
    link: () => state,
    list: () => request(live, methods.list, {}, lookMs, workspaceFolderSchema.array()),
    async snapshot(products, { fresh = false } = {}) {
      const link = live;
      return await Promise.all(
        products.map(async (product): Promise<ProductSnapshot> => {
          const params = { product: refOf(product), fresh };
          const found = await request(link, methods.snapshot, params, snapshotMs, productSnapshotSchema);
          if (found.product === product.name) return found;
          throw wrongProduct(methods.snapshot, product.name, found.product);
        }),
      );
    },
    async ov<N extends OvCommandName>(product: ProductRef, command: N, args: ArgsOf<N>): Promise<ReplyOf<N>> {
      const link = live ?? fail(unreachable(channel.description, reason));
      const ownMs = ovCommands[command].timeoutMs + (readCommands.has(command) ? 0 : writeQueueMs);
      const params = { product: refOf(product), command, args };
      return readOvReply(command, await link.request(methods.run, params, ownMs + marginMs));
    },
    async footprint(products) {
      const params = { products: products.map(refOf) };
      const report = await request(live, methods.footprint, params, lookMs, footprintSchema);
      const stray = report.products.find(({ product }, index) => product !== products[index]?.name);
      if (stray === undefined && report.products.length === products.length) return report;
      throw wrongProduct(
        methods.footprint,
        products.map(({ name }) => name).join(', '),
        stray?.product ?? 'fewer',
      );
    },
    look: (product, what) =>
      request(live, methods.look, { product: refOf(product), what }, lookMs, lookReplySchema),
    diff: (product, what) =>
      request(live, methods.diff, { product: refOf(product), what }, diffMs, diffReplySchema),
    usage: (product, sinceMs) =>
      request(live, methods.usage, { product: refOf(product), sinceMs }, lookMs, usageReportSchema),
    maintain: (product, task) =>
      request(
        live,
        methods.maintain,
        { product: refOf(product), task },
        maintenanceMs,
        maintenanceReplySchema,
      ),
    async doctor(products, fix) {
      const way = (await channel.doctor?.()) ?? [];
      // Out of reach, the way to it is all that can be looked at, and the more needed.
      if (live === null) return way;
      const asked = { products: products.map(refOf), fix };
      return [...way, ...(await request(live, methods.doctor, asked, doctorMs, findingSchema.array()))];
    },
    bundle: async (product, asked) =>
      (await request(live, methods.bundle, { product: refOf(product), ...asked }, bundleMs, bundleAnswer))
        .bundle,
    async bundlePart(product, branch, offset) {
      const asked = { product: refOf(product), branch, offset };
      const { base64 } = await request(live, methods.bundlePart, asked, bundleMs, bundlePartSchema);
      return Buffer.from(base64, 'base64');
    },
    async watch(products) {
      watched = products;
      await sendWatch();
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    async close() {
      isClosed = true;
      interrupt();
      await running;
    },
  };
}

/** Products of the registry carry more than the agent needs to know. */
function refOf({ name, root, key, source, checkout }: ProductRef): ProductRef {
  return {
    name,
    root,
    ...(key && { key }),
    ...(source && { source }),
    ...(checkout === 'in-place' && { checkout }),
  };
}

function fail(error: FleetError): never {
  throw error;
}
