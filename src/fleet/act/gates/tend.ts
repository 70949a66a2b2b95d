// Keeps gates moving: answers to their askers, unseen questions to the human. Woken by events; while a session
// lives or an answer is on its way it also looks at a slow pace. Idle, it does nothing.
import { FleetError } from '../../../common/errors.ts';
import type { EventKind } from '../../../journal/events.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { deliverAnswer } from './deliver.ts';
import { lookForForgedMail, lookForQuestions } from './look.ts';

const wakes = new Set<EventKind>([
  'gate.resolved',
  'gate.delivered',
  'action.settled',
  'session.running',
  'session.ended',
  'objective.ended',
  'runtime.connected',
]);

/** @param schedule asks the scheduler again: an answer may have requeued an objective */
export function tendGates(context: FleetContext, schedule: () => void) {
  const { journal, clock, tuning, log, runtime } = context;
  const store = journal.gates;
  /** Looked at just now; forgotten by a timer, because the clock of the wall may jump. */
  const looked = new Set<string>();
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let cancelTimer: () => void = () => {};

  /** Also when the journal was closed first: then this process is ending. */
  const isOver = () => closed || !journal.isOpen();

  const guarded = async (product: string, what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product);
      log[error.class === 'internal' ? 'error' : 'info']({ product, err: error }, 'tending gates failed');
    }
  };

  async function round(): Promise<void> {
    if (runtime.link().state !== 'connected') return;
    for (const gate of store.undelivered())
      await guarded(gate.product ?? '', () => deliverAnswer(context, gate));
    if (isOver()) return;
    for (const { product: name, state } of journal.liveSessions()) {
      const product = productOf(context, name);
      if (product === null || state !== 'running' || looked.has(name) || isOver()) continue;
      looked.add(name);
      clock.after(tuning.sweepLiveMs - 1, () => looked.delete(name));
      await guarded(name, () => lookForQuestions(context, product));
      await guarded(name, () => lookForForgedMail(context, product));
    }
  }

  function wake(): void {
    if (isOver()) return;
    again = true;
    if (running !== null) return;
    cancelTimer();
    running = (async () => {
      while (again && !isOver()) {
        again = false;
        await round();
      }
    })().finally(() => {
      running = null;
      if (isOver()) return;
      schedule();
      if (store.undelivered().length + journal.liveSessions().length > 0)
        cancelTimer = clock.after(tuning.sweepLiveMs, wake);
    });
  }

  const unsubscribe = journal.onRecorded((events) => {
    if (events.some(({ kind }) => wakes.has(kind))) wake();
  });
  wake();

  return {
    async close(): Promise<void> {
      closed = true;
      cancelTimer();
      unsubscribe();
      await Promise.race([running, new Promise<void>((resolve) => clock.after(2_000, resolve))]);
    },
  };
}
