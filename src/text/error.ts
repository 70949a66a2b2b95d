// A failure in words: what, and what to do about it.
import type { FleetErrorShape } from '../common/errors.ts';
import type { Surface } from './layout.ts';
import { line } from './sanitise.ts';

/** `CODE: message. Mend: …` on one line. Mends are our own words: their commands become those of where it is read. */
export function errorText(
  surface: Surface,
  error: Pick<FleetErrorShape, 'code' | 'message' | 'mend'>,
): string {
  const message = surface.line(error.message, 1000).replace(/[.\s]+$/, '');
  const mend = line(error.mend);
  return `${error.code}: ${message}. Mend: ${mend.replaceAll(/`\/?fleet /g, `\`${surface.program} `)}`;
}
