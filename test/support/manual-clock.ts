// A clock that moves only when told to.
import type { Clock } from '../../src/common/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time forward, running timers in order, and lets promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Lets everything that is ready now happen. */
  settle(): Promise<void>;
  /** Somebody sets the clock: timers ring as if nothing had happened. */
  jump(byMs: number): void;
  pending(): number;
}

export function manualClock(startMs = Date.parse('2026-01-05T09:00:00Z')): ManualClock {
  let now = startMs;
  let serial = 0;
  let offset = 0;
  const timers = new Map<number, { atMs: number; task: () => void }>();

  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    nowMs: () => now + offset,
    upMs: () => now,
    jump(byMs) {
      offset += byMs;
    },
    after(ms, task) {
      const id = serial++;
      timers.set(id, { atMs: now + Math.max(0, ms), task });
      return () => timers.delete(id);
    },
    settle,
    pending: () => timers.size,
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        // In the order of a Map: of two at one moment the earlier made comes first.
        let id = -1;
        let next = { atMs: Number.POSITIVE_INFINITY, task: () => {} };
        for (const [one, timer] of timers) if (timer.atMs < next.atMs) [id, next] = [one, timer];
        if (next.atMs > until) break;
        timers.delete(id);
        now = next.atMs;
        next.task();
        await settle();
      }
      now = until;
    },
  };
}
