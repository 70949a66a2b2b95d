// Facts about actions: intended before their effect, settled after it.
import type { FleetError } from '../common/errors.ts';
import type { EventData, NewEvent } from './events.ts';

interface About {
  product: string;
  objective?: string | null;
}

/** @param text one sentence: what is about to be done */
export const intended = (
  { product, objective }: About,
  text: string,
  data: EventData['action.intended'],
): NewEvent => ({ kind: 'action.intended', product, objective: objective ?? undefined, text, data });

/** @param text one sentence: what became of it */
export const settled = (
  { product, objective }: About,
  text: string,
  action: string,
  state: EventData['action.settled']['state'],
  {
    result = null,
    error = null,
  }: { result?: Record<string, unknown> | null; error?: FleetError | null } = {},
): NewEvent => ({
  kind: 'action.settled',
  product,
  objective: objective ?? undefined,
  text,
  data: { action, state, result, error: error?.toJSON() ?? null },
});
