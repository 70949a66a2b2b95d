// The only source of time. Tests and the simulation inject their own.

export interface Clock {
  /** ms since epoch */
  nowMs(): number;
  /** ms since some moment, on a clock that nobody sets; left out: none, and no jump of the other is seen */
  upMs?(): number;
  /** Calls `task` once after `ms`; returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  upMs: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` on this clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
