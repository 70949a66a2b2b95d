// What only a human may say, whatever the model was told to say.

import { FleetError } from '../../common/errors.ts';
import type { Source } from '../../contract/source.ts';

/**
 * @param what  ends "only a human …"
 * @param words what the human types for it
 * @throws FleetError HUMAN_ONLY when the model asks
 */
export function humanOnly(source: Source, what: string, words: string): void {
  if (source.via !== 'model') return;
  throw new FleetError({
    code: 'HUMAN_ONLY',
    message: `Expected a human's word, got the model's: only a human ${what}.`,
    mend: `Ask the human to type \`${words}\`.`,
  });
}
