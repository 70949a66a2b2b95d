// Numbers given with an option.
import { FleetError } from '../common/errors.ts';
import type { Options } from './verb.ts';

interface Bounds {
  least: number;
  most?: number;
  whole?: boolean;
}

/**
 * The number after an option of a verb; undefined where it was left out.
 * @param option  without its dashes, e.g. `last`. Throws FleetError BAD_USAGE.
 */
export function numberAfter(
  verb: string,
  options: Options,
  option: string,
  bounds: Bounds,
): number | undefined {
  const given = options[option];
  if (given === undefined) return undefined;
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN;
  const { least, most = Number.MAX_SAFE_INTEGER, whole = true } = bounds;
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return number;
  const range = bounds.most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected ${whole ? 'a whole number' : 'seconds'} ${range} after --${option}, got ${given}.`,
    mend: `Correct it: \`fleet help ${verb}\`.`,
  });
}
