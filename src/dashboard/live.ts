// Tells open pages that something is different: once per event of the fleet, and every few seconds while a
// session lives (its footprint and workers change without an event). With no session live it says nothing.
import type { FleetClient } from '../client/client.ts';

/** While a session lives. */
const tickMs = 5_000;
/** Events come in bursts: one message for all of a burst. */
const burstMs = 150;

export interface Live {
  /** @returns stops it */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function watchFleet(client: FleetClient): Live {
  const listeners = new Set<() => void>();
  const ends = new AbortController();
  let tick: NodeJS.Timeout | null = null;
  let burst: NodeJS.Timeout | null = null;

  /** Asks again in a while if a session lives; nobody looks: nothing is asked until somebody comes. */
  async function arm(): Promise<void> {
    const status = listeners.size === 0 ? null : await client.status().catch(() => null);
    if (ends.signal.aborted) return;
    if (tick) clearTimeout(tick);
    const live = status !== null && status.capacity.liveSessions > 0;
    tick = live ? setTimeout(() => void changed(), tickMs) : null;
  }
  async function changed(): Promise<void> {
    await arm();
    for (const listener of listeners) listener();
  }

  const following = (async () => {
    for await (const _ of client.events({ last: 1, signal: ends.signal }))
      burst ??= setTimeout(() => {
        burst = null;
        void changed();
      }, burstMs);
  })().catch(() => {});

  return {
    onChange(listener) {
      listeners.add(listener);
      if (tick === null) void arm();
      return () => listeners.delete(listener);
    },
    async close() {
      ends.abort();
      if (tick) clearTimeout(tick);
      if (burst) clearTimeout(burst);
      await following;
    },
  };
}
