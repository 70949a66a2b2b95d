// The only source of time. Tests and the simulation inject their own.

export interface Clock {
  /** ms since epoch */
  nowMs(): number;
  /** Calls `task` once after `ms`; returns a function that cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` on this clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
