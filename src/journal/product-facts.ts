// Facts about products that are recorded in more than one place.
import type { FleetErrorShape } from '../common/errors.ts';
import type { Mail } from '../contract/runtime/snapshot.ts';
import type { NewEvent, OverrideChange } from './events.ts';

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
