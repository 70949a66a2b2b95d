// Rule 4 carried out: what decide() wants done about a budget broken mid-run.

import type { NewEvent } from '../../journal/events.ts';
import { controlChanged } from '../../journal/product-facts.ts';
import { enforcementSentence } from '../../scheduler/index.ts';
import type { Enforcement, Plan } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';
import type { PauseValue } from '../decide/live-changes.ts';
import { stopForPause } from './pause.ts';

/** Pauses for memory, pauses and asks for money. Journalled only. @returns the products whose sessions now stop */
export function enforceBudgets(context: Pick<FleetContext, 'journal'>, plan: Plan): string[] {
  const { journal } = context;
  const stopping: string[] = [];
  for (const enforcement of plan.decisions) {
    if (enforcement.kind === 'start' || enforcement.kind === 'tell') continue;
    const live = journal.liveSessions().filter(({ state }) => state !== 'stopping');
    const products = live
      .map(({ product }) => product)
      .filter((name) => enforcement.product === null || name === enforcement.product);
    if (products.length === 0) continue;
    journal.record(...eventsOf(context, enforcement, products));
    stopping.push(...products);
  }
  return stopping;
}

function eventsOf(
  { journal }: Pick<FleetContext, 'journal'>,
  enforcement: Enforcement,
  products: readonly string[],
): NewEvent[] {
  const text = `${enforcementSentence(enforcement)}.`;
  const by = enforcement.kind === 'ask' ? 'cost' : 'memory';
  const memory =
    enforcement.numbers.scope === 'product' ? 'it was over its own memory cap' : 'memory was over budget';
  const reason = by === 'cost' ? 'the cost limit is reached' : memory;
  const value: PauseValue = { reason, by };
  const ask: NewEvent[] =
    enforcement.kind === 'ask'
      ? [
          {
            kind: 'budget.ask',
            product: enforcement.product ?? undefined,
            text,
            data: { numbers: enforcement.numbers },
          },
        ]
      : [];
  return [
    ...ask,
    controlChanged(
      enforcement.product ?? undefined,
      text,
      products.map((scope) => ({ scope, key: 'paused', before: null, after: value })),
      { verb: 'pause', source: null },
    ),
    ...products.flatMap((product) => stopForPause(journal, product, `Paused: ${reason}.`)),
  ];
}
