// Keeps gates moving: answers to their askers, unseen questions to the human. Woken by events; while a session
// lives or an answer is on its way it also looks at a slow pace. Idle, it does nothing.
import { FleetError } from '../../../common/errors.ts';
import type { EventKind } from '../../../journal/events.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { createRounds, type Rounds } from '../rounds.ts';
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
export function gateRounds(context: FleetContext, schedule: () => void): Rounds {
  const { journal, clock, tuning, log, runtime } = context;
  const store = journal.gates;
  /** Looked at just now; forgotten by a timer, because the clock of the wall may jump. */
  const looked = new Set<string>();

  const guarded = async (product: string, what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product);
      log[error.class === 'internal' ? 'error' : 'info']({ product, err: error }, 'a round of gates failed');
    }
  };

  async function look(): Promise<void> {
    if (runtime.link().state !== 'connected') return;
    const near = (product: string | null) => product === null || runtime.link(product).state === 'connected';
    for (const gate of store.undelivered().filter(({ product }) => near(product)))
      await guarded(gate.product ?? '', () => deliverAnswer(context, gate));
    if (rounds.isOver()) return;
    for (const { product: name, state } of journal.liveSessions()) {
      const product = productOf(context, name);
      if (product === null || state !== 'running' || looked.has(name) || rounds.isOver()) continue;
      if (!near(name)) continue;
      looked.add(name);
      clock.after(tuning.sweepLiveMs - 1, () => looked.delete(name));
      await guarded(name, () => lookForQuestions(context, product));
      await guarded(name, () => lookForForgedMail(context, product));
    }
  }

  async function round(): Promise<number | null> {
    await look();
    if (rounds.isOver()) return null;
    return store.undelivered().length + journal.liveSessions().length > 0 ? tuning.sweepLiveMs : null;
  }

  const rounds = createRounds(context, 'a round of gates', wakes, round, schedule);
  rounds.start();
  return rounds;
}
