// Event → the intervention it asks for, where the product's monitor is on and within its limits.

import type { JournalEvent, NewEvent } from '../../journal/events.ts';
import type { FleetContext } from '../context.ts';
import { productOf } from '../context.ts';

/** What a turn counts for while its cost is not known: several tool calls of a middle-sized model. */
export const assumedUsd = 0.25;
const hourMs = 3_600_000;

type Context = Pick<FleetContext, 'journal' | 'registry' | 'clock' | 'log'>;

/** One sentence; null: nothing a monitor looks at. */
function whyOf(event: JournalEvent): string | null {
  switch (event.kind) {
    case 'product.trouble':
      return event.data.error.code === 'SESSION_HUNG' ? event.data.error.message : null;
    case 'objective.ended':
      return event.data.end === 'failed' ? event.text : null;
    case 'gate.opened':
      return event.data.kind === 'escalation' || event.data.kind === 'error'
        ? `Gate ${event.data.gate}: ${event.data.question.asker} of ${event.product} escalates.`
        : null;
    default:
      return null;
  }
}

export function interventionsOf({ journal, registry, clock, log }: Context, event: JournalEvent): NewEvent[] {
  const why = whyOf(event);
  const product = event.product === null ? null : productOf({ registry }, event.product);
  if (why === null || product === null || product.monitor === null) return [];
  const store = journal.monitor;
  if (store.wasAskedBy(event.seq)) return [];
  const now = clock.nowMs();
  const { perHour, maxCostUsdPerDay } = product.monitor;
  const spentUsd = store
    .since(product.name, now - (now % (24 * hourMs)))
    .reduce((sum, { costUsd }) => sum + (costUsd ?? assumedUsd), 0);
  const lately = store.since(product.name, now - hourMs).length;
  if (lately >= perHour || spentUsd + assumedUsd > maxCostUsdPerDay) {
    log.info({ product: product.name, lately, spentUsd }, `the monitor's limit is reached: ${why}`);
    return [];
  }
  const intervention = store.nextNumber();
  return [
    {
      kind: 'intervention.asked',
      product: product.name,
      objective: event.objective ?? undefined,
      text: `The model is asked to look at ${product.name} (${lately + 1} of ${perHour} in this hour): ${why}`,
      data: { intervention, why, cause: event.seq },
    },
  ];
}
