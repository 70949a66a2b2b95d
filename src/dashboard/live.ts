// Tells open pages that something is different: once per event of the fleet, and every few seconds while what is shown
// changes without one: the footprint and workers of a live session, and a product that was not looked at yet. Else it
// says nothing.
import type { FleetClient } from '../client/client.ts';
import { type Clock, systemClock } from '../common/clock.ts';
import type { FleetStatus } from '../contract/status.ts';

/** While something changes without an event. */
const tickMs = 5_000;
/** Events come in bursts: one message for all of a burst. */
const burstMs = 150;

export interface Live {
  /** @returns stops it */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

const changesUnheard = ({ capacity, products }: FleetStatus): boolean =>
  capacity.liveSessions > 0 || products.some(({ state }) => state === 'unknown');

export function watchFleet(client: Pick<FleetClient, 'status' | 'events'>, clock: Clock = systemClock): Live {
  const listeners = new Set<() => void>();
  const ends = new AbortController();
  let tick: (() => void) | null = null;
  let burst: (() => void) | null = null;

  /** Asks again in a while if it must; nobody looks: nothing is asked until somebody comes. */
  async function arm(): Promise<void> {
    const status = listeners.size === 0 ? null : await client.status().catch(() => null);
    if (ends.signal.aborted) return;
    tick?.();
    tick = status !== null && changesUnheard(status) ? clock.after(tickMs, () => void changed()) : null;
  }
  async function changed(): Promise<void> {
    await arm();
    for (const listener of listeners) listener();
  }

  const following = (async () => {
    for await (const _ of client.events({ last: 1, signal: ends.signal }))
      burst ??= clock.after(burstMs, () => {
        burst = null;
        void changed();
      });
  })().catch(() => {});

  return {
    onChange(listener) {
      listeners.add(listener);
      if (tick === null) void arm();
      return () => listeners.delete(listener);
    },
    async close() {
      ends.abort();
      tick?.();
      burst?.();
      await following;
    },
  };
}
