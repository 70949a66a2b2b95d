// How many `ov` run at once, over all products. An `ov` is CPU-bound while it starts (about 65 ms, two
// cores do 25 a second); one that lasts longer is waiting for something (a lock, tmux, a hang), so it
// gives its slot back and holds up nobody, up to a bound on how many may do so.

export interface Slots {
  /** Runs `work` when its turn comes. An urgent one (a human's command) goes before the waiting rest. */
  run<T>(work: () => Promise<T>, urgent: boolean): Promise<T>;
}

/**
 * @param size       how many may compute at once
 * @param lendAfterMs a run older than this gives its slot back
 * @param maxLent    how many such runs there may be; beyond it they keep their slots
 */
export function createSlots({
  size,
  lendAfterMs,
  maxLent,
}: Record<'size' | 'lendAfterMs' | 'maxLent', number>): Slots {
  const waiting: { start: () => void; urgent: boolean }[] = [];
  let computing = 0;
  let lent = 0;

  function startNext(): void {
    while (computing < size) {
      const next = waiting.shift();
      if (next === undefined) return;
      computing += 1;
      next.start();
    }
  }

  async function hold<T>(work: () => Promise<T>): Promise<T> {
    let gaveBack = false;
    const timer = setTimeout(() => {
      if (lent >= maxLent) return;
      gaveBack = true;
      lent += 1;
      computing -= 1;
      startNext();
    }, lendAfterMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (gaveBack) lent -= 1;
      else computing -= 1;
      startNext();
    }
  }

  return {
    run: (work, urgent) =>
      new Promise((resolve, reject) => {
        const entry = { urgent, start: () => void hold(work).then(resolve, reject) };
        const firstPatient = waiting.findIndex((other) => !other.urgent);
        if (urgent && firstPatient >= 0) waiting.splice(firstPatient, 0, entry);
        else waiting.push(entry);
        startNext();
      }),
  };
}
