// Rule 4 carried out: what decide() wants done about a budget broken mid-run.

import type { NewEvent } from '../../journal/events.ts';
import { reliefSentence } from '../../scheduler/index.ts';
import type { Plan, Relief } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';
import type { PauseValue } from '../decide/live-changes.ts';
import { stopForPause } from './pause.ts';

/** Pauses for memory, pauses and asks for money. Journalled only. @returns the products whose sessions now stop */
export function relieve(context: Pick<FleetContext, 'journal'>, plan: Plan): string[] {
  const { journal } = context;
  const stopping: string[] = [];
  for (const relief of plan.decisions) {
    if (relief.kind === 'start' || relief.kind === 'tell') continue;
    const live = journal.liveSessions().filter(({ state }) => state !== 'stopping');
    const products = live
      .map(({ product }) => product)
      .filter((name) => relief.product === null || name === relief.product);
    if (products.length === 0) continue;
    journal.record(...eventsOf(context, relief, products));
    stopping.push(...products);
  }
  return stopping;
}

function eventsOf(
  { journal }: Pick<FleetContext, 'journal'>,
  relief: Relief,
  products: readonly string[],
): NewEvent[] {
  const text = `${reliefSentence(relief)}.`;
  const by = relief.kind === 'ask' ? 'cost' : 'memory';
  const memory =
    relief.numbers.scope === 'product' ? 'it was over its own memory cap' : 'memory was over budget';
  const reason = by === 'cost' ? 'the cost limit is reached' : memory;
  const value: PauseValue = { reason, by };
  const ask: NewEvent[] =
    relief.kind === 'ask'
      ? [
          {
            kind: 'budget.ask',
            product: relief.product ?? undefined,
            text,
            data: { numbers: relief.numbers },
          },
        ]
      : [];
  return [
    ...ask,
    {
      kind: 'control.changed',
      product: relief.product ?? undefined,
      text,
      data: {
        verb: 'pause',
        source: null,
        changes: products.map((scope) => ({ scope, key: 'paused', before: null, after: value })),
        undoes: null,
      },
    },
    ...products.flatMap((product) => stopForPause(journal, product, `Paused: ${reason}.`)),
  ];
}
