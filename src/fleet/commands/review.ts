// What a human's word on the work means for the gate that asks for it, and for the delivery that it holds up. One word, by
// whichever way it came: `fleet approve`, a button or `fleet accept-work`.
import { settled } from '../../journal/action-facts.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { Resolution } from '../../journal/gates/events.ts';
import { gateResolved } from '../../journal/gates/facts.ts';
import type { Journal } from '../../journal/journal.ts';

/** To be recorded with that word; none where no review is open. */
export function reviewed(journal: Journal, objective: string, resolution: Resolution): NewEvent[] {
  const gate = journal.gates.openOf(objective, 'review');
  if (gate === null) return [];
  const answered = gateResolved(gate, resolution);
  if (resolution.verdict === 'approved') return [answered];
  const says = 'It was not taken, and goes nowhere.';
  return [
    answered,
    ...journal
      .deliveriesOf(objective)
      .filter(({ state, args }) => state === 'intended' && args.review === gate.n)
      .map((action) =>
        settled(
          action,
          `${objective} on ${action.product} is not delivered: it was not taken.`,
          action.id,
          'failed',
          {
            result: { says },
          },
        ),
      ),
  ];
}

/** Whoever sends it back answers whether it is to be, too. */
export function checksAnswered(journal: Journal, objective: string, resolution: Resolution): NewEvent[] {
  const gate = journal.gates.openOf(objective, 'checks');
  return gate === null ? [] : [gateResolved(gate, resolution)];
}
