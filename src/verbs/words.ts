// The text of an objective or message, checked before it is sent: fleetd's own limits and codes, so that a
// paste by mistake is refused in words and not by a connection closed under it.
import { FleetError } from '../common/errors.ts';

/** @param maxBytes in UTF-8. Throws TEXT_EMPTY, TEXT_TOO_LARGE. */
export function textOf(words: string[], product: string, maxBytes: number): string {
  const text = words.join(' ').trim();
  const size = Buffer.byteLength(text);
  // Not a name yet: what was typed in its place.
  const named = product.slice(0, 60);
  if (text === '')
    throw new FleetError({
      code: 'TEXT_EMPTY',
      product,
      message: `Expected some text after ${named}, got none.`,
      mend: `Say it in words after the product, e.g. \`fleet start ${named} fix the login page\`.`,
    });
  if (size > maxBytes)
    throw new FleetError({
      code: 'TEXT_TOO_LARGE',
      product,
      message: `Expected at most ${maxBytes / 1024} KiB of text, got ${Math.ceil(size / 1024)} KiB.`,
      mend: 'Put the long part into a file of the product and name the file.',
    });
  return text;
}
