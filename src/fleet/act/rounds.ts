// Rounds of work that must not overlap: woken by facts and by one timer. What wakes while a round runs causes one more.
import { FleetError } from '../../common/errors.ts';
import type { EventKind } from '../../journal/events.ts';
import type { FleetContext } from '../context.ts';

export interface Rounds {
  /** Whether this process is ending: closed, or its journal is. A round that waited asks before it goes on. */
  isOver(): boolean;
  /** Begins, with a round at once. */
  start(): void;
  /** Begins no further round; waits up to 2 s for the one that runs. */
  close(): Promise<void>;
}

/** Rounds that ask forges, each product's in its turn. */
export interface ForgeRounds extends Rounds {
  /** Asks about this product at its next turn, whenever it was due. */
  lookNow(product: string): void;
}

/**
 * @param what      of the log, when a round fails; it is then tried again at the pace of the sweep
 * @param wakes     kinds of facts after which a round is due
 * @param round     returns ms until the next; null: only facts matter
 * @param afterwards  called after each round
 */
export function createRounds(
  { journal, clock, log, tuning }: FleetContext,
  what: string,
  wakes: ReadonlySet<EventKind>,
  round: () => Promise<number | null>,
  afterwards: () => void,
): Rounds {
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let cancelTimer: () => void = () => {};
  const isOver = () => closed || !journal.isOpen();

  function wake(): void {
    if (isOver()) return;
    again = true;
    if (running !== null) return;
    cancelTimer();
    let nextMs: number | null = null;
    // What a round records wakes this again: it must find `running`.
    running = Promise.resolve()
      .then(async () => {
        while (again && !isOver()) {
          again = false;
          nextMs = await round();
        }
      })
      .catch((error) => {
        // One that fails on what it has itself recorded must not be tried again at once.
        again = false;
        nextMs = tuning.sweepLiveMs;
        log.error({ err: FleetError.wrap(error) }, `${what} failed`);
      })
      .finally(() => {
        running = null;
        if (isOver()) return;
        afterwards();
        // Woken between the last round and here, it has found `running`.
        if (again) wake();
        else if (nextMs !== null) cancelTimer = clock.after(nextMs, wake);
      });
  }

  const unsubscribe = journal.onRecorded((events) => {
    if (events.some(({ kind }) => wakes.has(kind))) wake();
  });

  return {
    isOver,
    start: wake,
    async close() {
      closed = true;
      cancelTimer();
      unsubscribe();
      await Promise.race([running, new Promise<void>((resolve) => clock.after(2_000, resolve))]);
    },
  };
}
