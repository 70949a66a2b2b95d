// Facts about products that are recorded in more than one place.
import type { FleetError, FleetErrorShape } from '../common/errors.ts';
import type { Mail } from '../contract/runtime/snapshot.ts';
import type { EventData, NewEvent, OverrideChange } from './events.ts';
import type { MoveRow } from './moves/store.ts';

type ControlChanged = Extract<NewEvent, { kind: 'control.changed' }>;

/** Something keeps it from going on. */
export const trouble = (product: string, error: FleetErrorShape): NewEvent => ({
  kind: 'product.trouble',
  product,
  text: `${product}: ${error.message} ${error.mend}`,
  data: { error: { ...error, product } },
});

/** @param text one sentence: how that shows */
export const recovered = (product: string, text: string, objective?: string): NewEvent => ({
  kind: 'product.recovered',
  product,
  objective,
  text,
  data: {},
});

export const mailReceived = (product: string, objective: string | undefined, mail: Mail): NewEvent => ({
  kind: 'mail.received',
  product,
  objective,
  text: `Mail from ${mail.from} of ${product}: ${mail.subject}`,
  data: { mail },
});

/** @param product  whose limits and pauses change; undefined: the fleet's */
export const controlChanged = (
  product: string | undefined,
  text: string,
  changes: OverrideChange[],
  by: Pick<ControlChanged['data'], 'verb' | 'source'> & { undoes?: number },
): ControlChanged => ({
  kind: 'control.changed',
  product,
  text,
  data: { verb: by.verb, source: by.source, changes, undoes: by.undoes ?? null },
});

/** It was made ready, or could not be. @param done  in words */
export const productMade = (product: string, done: string[], error: FleetError | null): NewEvent => ({
  kind: 'product.made',
  product,
  text:
    error === null
      ? `${product} is ready: ${done.length === 0 ? 'it was there already' : done.join(', ')}.`
      : `${product} could not be made ready: ${error.message} ${error.mend}`,
  data: { done, error: error?.toJSON() ?? null },
});

export const productPlaced = (product: string, data: EventData['product.placed']): NewEvent => ({
  kind: 'product.placed',
  product,
  text: `${product} has its place on ${data.runtime}.`,
  data,
});

/** A move of it is over, and it is where it was. @param error  null: a human called it off */
export const productStays = (
  { product, from, to, epoch }: Pick<MoveRow, 'product' | 'from' | 'to' | 'epoch'>,
  error: FleetError | null,
): NewEvent => ({
  kind: 'product.stays',
  product,
  text: `${product} stays on ${from}: ${error === null ? `its move to ${to} was called off.` : `${error.message} ${error.mend}`}`,
  data: { to, epoch, error: error?.toJSON() ?? null },
});
