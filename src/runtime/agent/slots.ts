// How many `ov` run at once, over all products. An `ov` is CPU-bound while it starts (about 65 ms, two
// cores do 25 a second); one that lasts longer is waiting for something (a lock, tmux, a hang), so it
// gives its slot back and holds up nobody, up to a bound on how many may do so.
//
// Urgent is what somebody waits for: a command, a look that a start goes by. What only watches is patient: beside an urgent
// one a single patient one computes.

export interface Slots {
  /**
   * Runs `work` when its turn comes. An urgent one goes before the waiting rest.
   * @param urgent  asked whenever a place is free
   */
  run<T>(work: () => Promise<T>, urgent: boolean | (() => boolean)): Promise<T>;
  /** What waits has become urgent. */
  reconsider(): void;
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
  const waiting: { start: (urgent: boolean) => void; urgent: () => boolean }[] = [];
  const computing = { urgent: 0, patient: 0 };
  let lent = 0;

  function startNext(): void {
    while (computing.urgent + computing.patient < size) {
      const first = waiting.findIndex(({ urgent }) => urgent());
      if (first < 0 && computing.urgent > 0 && computing.patient > 0) return;
      const [next] = waiting.splice(Math.max(0, first), 1);
      if (next === undefined) return;
      computing[first < 0 ? 'patient' : 'urgent'] += 1;
      next.start(first >= 0);
    }
  }

  async function hold<T>(work: () => Promise<T>, kind: keyof typeof computing): Promise<T> {
    let gaveBack = false;
    const timer = setTimeout(() => {
      if (lent >= maxLent) return;
      gaveBack = true;
      lent += 1;
      computing[kind] -= 1;
      startNext();
    }, lendAfterMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (gaveBack) lent -= 1;
      else computing[kind] -= 1;
      startNext();
    }
  }

  return {
    run: (work, urgent) =>
      new Promise((resolve, reject) => {
        waiting.push({
          urgent: typeof urgent === 'boolean' ? () => urgent : urgent,
          start: (now) => void hold(work, now ? 'urgent' : 'patient').then(resolve, reject),
        });
        startNext();
      }),
    reconsider: startNext,
  };
}
