// Reads what a request asks by its route in the contract, and refuses what does not fit.
import type { Context } from 'hono';
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import type { Route } from '../contract/route.ts';

export const tooLargeMend = 'Put the long part into a file of the product and name the file.';

/** The parts of the path in their order. Throws REQUEST_INVALID. */
export function partsOf(c: Context, { path }: Route): (string | number)[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return names.map((name) => {
    const part = c.req.param(name) ?? '';
    return name === 'n' ? numberOf(part) : part;
  });
}

/** Its query or its body, checked; nothing where it takes none. Throws BODY_NOT_JSON, REQUEST_INVALID, TEXT_TOO_LARGE. */
export async function askedOf(c: Context, { query, body }: Route): Promise<unknown[]> {
  if (query) return [valid(query, c.req.query())];
  return body ? [valid(body, await json(c))] : [];
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (cause) {
    if (cause instanceof FleetError) throw cause;
    throw new FleetError({
      code: 'BODY_NOT_JSON',
      message: 'Expected a JSON body, got something else.',
      mend: 'Send the request with the fleet client of this version.',
      cause,
    });
  }
}

function valid(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'the request';
  const tooLarge = issue?.code === 'too_big' && issue.origin === 'string';
  throw new FleetError({
    code: tooLarge ? 'TEXT_TOO_LARGE' : 'REQUEST_INVALID',
    message: `${where}: ${issue?.message ?? z.prettifyError(result.error)}.`,
    mend: tooLarge ? tooLargeMend : 'Correct the request and send it again.',
  });
}

function numberOf(text: string): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n > 0) return n;
  throw new FleetError({
    code: 'REQUEST_INVALID',
    message: `Expected a number, got "${text.slice(0, 40)}".`,
    mend: 'Use a number as fleetd gave it, such as `fleet gates` shows.',
  });
}
