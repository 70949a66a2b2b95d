// Facts about objectives that are recorded in more than one place.
import type { EventData, NewEvent } from './events.ts';

interface About {
  product: string;
  objective: string;
}

/**
 * The run is given up for now, and it waits again.
 * @param more.text in place of the usual sentence
 */
export const requeued = (
  { product, objective }: About,
  why: string,
  more: Partial<Omit<EventData['objective.requeued'], 'why'>> & { text?: string } = {},
): NewEvent => {
  const { text = `${objective} on ${product} waits again: ${why}`, ...data } = more;
  return {
    kind: 'objective.requeued',
    product,
    objective,
    text,
    data: { why, notBeforeMs: null, error: null, ...data },
  };
};

/**
 * It is over.
 * @param more.text   in place of the usual sentence
 * @param more.result the coordinator's last words: text of others
 */
export const objectiveEnded = (
  { product, objective }: About,
  end: EventData['objective.ended']['end'],
  why: string,
  {
    result = null,
    text = `${objective} on ${product} is ${end}: ${why}`,
  }: {
    result?: string | null;
    text?: string;
  } = {},
): NewEvent => ({ kind: 'objective.ended', product, objective, text, data: { end, why, result } });
