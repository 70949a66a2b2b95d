// Tells open pages that something is different: once per event of the fleet, and every few seconds while a
// session lives (its footprint and workers change without an event). With no session live it says nothing.
import type { FleetClient } from '../api/client.ts';
import { createSamples, type Samples } from './samples.ts';

/** While a session lives. */
const tickMs = 5_000;
/** Events come in bursts: one message for all of a burst. */
const burstMs = 150;

export interface Live {
  samples: Samples;
  /** @returns stops it */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function watchFleet(client: FleetClient): Live {
  const samples = createSamples();
  const listeners = new Set<() => void>();
  const ends = new AbortController();
  let tick: NodeJS.Timeout | null = null;
  let burst: NodeJS.Timeout | null = null;

  async function changed(): Promise<void> {
    const status = await client.status().catch(() => null);
    if (ends.signal.aborted) return;
    const live = status !== null && status.capacity.liveSessions > 0;
    // one more after the last session, so that the curve comes down
    if (status && (live || (samples.all().at(-1)?.memoryBytes ?? 0) > 0)) samples.take(status);
    if (tick) clearTimeout(tick);
    tick = live ? setTimeout(() => void changed(), tickMs) : null;
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
    samples,
    onChange(listener) {
      listeners.add(listener);
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
