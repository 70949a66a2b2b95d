// What was asked for, as it is taken: text cleaned and bounded, and the fact that it was asked for.

import { FleetError } from '../../common/errors.ts';
import { shorten } from '../../common/shorten.ts';
import { maxObjectiveBytes } from '../../contract/limits.ts';
import type { EventData, NewEvent } from '../../journal/events.ts';
import { cleanText } from '../../overstory/sanitize.ts';

/** The fact that an objective was asked for. */
export function queuedEvent(data: EventData['objective.queued'] & { product: string }): NewEvent {
  const { product, ...asked } = data;
  const id = `obj-${asked.n}`;
  return {
    kind: 'objective.queued',
    product,
    objective: id,
    text: `${id} asked for on ${product} by ${asked.source.sender ?? asked.source.via}: ${firstLine(asked.text)}`,
    data: asked,
  };
}

/**
 * Text from a human or the model without the control characters that would be keys in a terminal.
 * @throws FleetError TEXT_TOO_LARGE, TEXT_EMPTY
 */
export function acceptText(text: string, product: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxObjectiveBytes) {
    throw new FleetError({
      code: 'TEXT_TOO_LARGE',
      product,
      message: `Expected at most ${maxObjectiveBytes} bytes of text, got ${bytes}.`,
      mend: 'Put the long part into a file of the product and name the file.',
    });
  }
  const clean = cleanText(text).trim();
  if (clean === '') {
    throw new FleetError({
      code: 'TEXT_EMPTY',
      product,
      message: 'Expected some text, got none.',
      mend: `Say what should be done, e.g. \`fleet start ${product} fix the login page\`.`,
    });
  }
  return clean;
}

/** At most 100 characters of it. */
export function firstLine(text: string): string {
  return shorten(text.split('\n', 1)[0] ?? '', 100);
}
