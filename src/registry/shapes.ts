// What keys of products.yaml are made of. Every message is the "expected" half of a problem.
import { z } from 'zod';

export const text = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);

export const above0 = (unit: string, most = 1_000_000) => {
  const expected = `a number of ${unit} above 0 and at most ${most}`;
  return z.number(expected).refine((value) => value > 0 && value <= most, expected);
};

export const wholeNumber = (most: number, expected: string) =>
  z.number(expected).refine((value) => Number.isInteger(value) && value >= 1 && value <= most, expected);

export const count = (unit: string, most = 1000) =>
  wholeNumber(most, `a whole number of ${unit} from 1 to ${most}`);

export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `one of the keys ${keys}` : 'a mapping'),
  });
}

/** `prefault`, so that the defaults inside apply too. */
export const optionalMapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  mapping(shape).prefault({} as z.input<z.ZodObject<Shape, z.core.$strict>>);

export const variableName = (expected: string) => text(/^[A-Za-z_][A-Za-z0-9_]{0,100}$/, expected);
