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
        const [next] = [...timers]
          .filter(([, t]) => t.atMs <= until)
          .sort((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0]);
        if (!next) break;
        timers.delete(next[0]);
        now = next[1].atMs;
        next[1].task();
        await settle();
      }
      now = until;
    },
  };
}
