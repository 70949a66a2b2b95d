// Keeps one link open: opens it, greets the agent, asks from time to time whether it is there, and opens it again with
// longer and longer waits.
import { z } from 'zod';
import { type Clock, systemClock } from '../common/clock.ts';
import { FleetError, type FleetErrorShape } from '../common/errors.ts';
import {
  methods,
  notifications,
  protocolVersion,
  type RuntimeInfo,
  runtimeInfoSchema,
} from '../contract/runtime/protocol.ts';
import type { Channel } from './channel.ts';
import { closed, incompatible, invalidReply, openedTooLate, unreachable } from './faults.ts';
import { beatEveryMs, beatWithinMs, type LeaseOptions, leaseTerms } from './lease-terms.ts';
import { type Link, openLink } from './link.ts';
import type { RuntimeLink } from './runtime.ts';

export interface ConnectionOptions {
  channel: Channel;
  clock?: Clock;
  /** One line on what the connection does. */
  onLog?: (line: string) => void;
  /** ms to wait before attempt number `attempt` (from 0) to open the link again */
  backoff?: (attempt: number) => number;
  /** Of a runtime that products.yaml names: it is held by a lease, and lost soon when it does not answer. */
  lease?: LeaseOptions;
  /** One life of the link over that channel; a simulation has its own. */
  open?: typeof openLink;
}

/** What its owner is told; none of these may throw. */
export interface Told {
  /** The agent is a new one and was greeted; what it must know is sent before anybody hears that it is connected. */
  greeted(link: Link): Promise<void>;
  changed(params: unknown): void;
  connected(info: RuntimeInfo): void;
  lost(error: FleetErrorShape): void;
}

export interface KeptLink {
  state(): RuntimeLink;
  /** @throws FleetError RUNTIME_UNREACHABLE */
  link(): Link;
  /**
   * ms of our clock that nobody sets: from then on nothing that we began runs there, whatever became of the link. Infinity:
   * the lease was given back. null: there is none, and what runs there runs on.
   */
  leaseEndsMs(): number | null;
  /** Nobody holds the runtime any more: what runs there runs on, and another fleet may have it. @throws what the agent says */
  giveBackLease(): Promise<void>;
  close(): Promise<void>;
}

/** Opening includes hello, which may wait for the first `ov --version`. */
const openMs = 30_000;
const heartbeatEveryMs = 10_000;
/** With sixteen first starts on two cores a sound agent had 0.4 s of CPU in 15 s: one that is let go takes them with it. */
const heartbeatMs = 60_000;
/** A link that lasted this long was a good one: the next attempts start from the shortest wait again. */
const steadyMs = 10_000;

/** 200 ms doubling up to 10 s, of which a random half is taken off so that many do not come at once. */
export function exponentialBackoff(attempt: number): number {
  return Math.min(10_000, 200 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
}

/** @throws what the link does; AGENT_PROTOCOL when the reply is not of this shape */
export async function ask<S extends z.ZodType>(
  link: Link,
  method: string,
  params: object,
  timeoutMs: number,
  reply: S,
): Promise<z.output<S>> {
  const checked = reply.safeParse(await link.request(method, params, timeoutMs));
  if (checked.success) return checked.data;
  throw invalidReply(method, checked.error);
}

/** Starts to connect and returns at once. */
export function keepLink(options: ConnectionOptions, told: Told): KeptLink {
  const { channel, clock = systemClock, onLog = () => {} } = options;
  const { backoff = exponentialBackoff, open = openLink } = options;
  const lease = options.lease && leaseTerms(options.lease, clock);
  const everyMs = options.lease ? beatEveryMs(options.lease) : heartbeatEveryMs;
  const beatMs = options.lease ? beatWithinMs(options.lease) : heartbeatMs;
  let isGivenBack = false;
  let state: RuntimeLink = { state: 'connecting', sinceMs: clock.nowMs(), error: null };
  let reason: FleetError | null = null;
  let live: Link | null = null;
  let isClosed = false;
  /** Ends what the connection waits for just now. */
  let interrupt = () => {};

  async function greet(link: Link): Promise<RuntimeInfo> {
    const reply = await link.request(methods.hello, {}, openMs);
    const protocol = runtimeInfoSchema.pick({ protocol: true }).safeParse(reply).data?.protocol;
    if (protocol !== protocolVersion) throw incompatible(protocol);
    const info = runtimeInfoSchema.safeParse(reply);
    if (!info.success) throw invalidReply(methods.hello, info.error);
    await hold(link, info.data);
    return info.data;
  }

  /** @throws FleetError also what the agent says: LEASE_OF_ANOTHER, EPOCH_OLD */
  async function hold(link: Link, info: RuntimeInfo): Promise<void> {
    if (lease === undefined || isGivenBack) return;
    lease.learn(info);
    await ask(link, methods.hold, lease.next(), beatMs, z.object({}));
  }

  /** @returns a link that has been greeted; an agent that does not get that far is let go */
  async function establish(): Promise<{ link: Link; info: RuntimeInfo }> {
    const opening = open(channel, clock);
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
      link.onNotification(notifications.changed, told.changed);
      return { link, info: await greet(link) };
    } catch (error) {
      const ended = link.end(FleetError.wrap(error));
      if (isClosed) await ended;
      throw error;
    }
  }

  async function beat(link: Link): Promise<RuntimeInfo> {
    const info = await ask(link, methods.hello, {}, beatMs, runtimeInfoSchema);
    await hold(link, info);
    return info;
  }

  function heartbeat(link: Link): void {
    const stop = clock.after(everyMs, () => {
      beat(link).then(
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
    told.lost(error.toJSON());
  }

  /** Returns when the link is over. */
  async function liveOnce(): Promise<void> {
    const { link, info } = await establish();
    live = link;
    await told.greeted(link);
    state = { state: 'connected', sinceMs: clock.nowMs(), info };
    onLog(`connected to ${channel.description}`);
    heartbeat(link);
    told.connected(info);
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

  const running = keepConnected();

  function link(): Link {
    if (live !== null) return live;
    throw unreachable(channel.description, reason);
  }

  return {
    state: () => state,
    link,
    leaseEndsMs: () => lease?.endsMs() ?? null,
    async giveBackLease() {
      if (options.lease === undefined) return;
      const { fleet, epoch } = options.lease;
      // Sent may be heard, and one that is heard lets what runs run on.
      isGivenBack = true;
      lease?.givenBack();
      await ask(link(), methods.giveBack, { fleet, epoch }, beatMs, z.object({}));
    },
    async close() {
      isClosed = true;
      interrupt();
      await running;
    },
  };
}
