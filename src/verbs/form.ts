// The form of an answer in a terminal: text for a human, one document for a program, or bare names for a shell.
import { FleetError } from '../common/errors.ts';
import { quieted, quietJson } from '../common/terminal-safe-json.ts';

export const forms = ['text', 'json', 'yaml', 'name'] as const;
/** json, yaml: one document {ok, data} or {ok, error}. name: a line for each thing of a list, what one types for it. */
export type Form = (typeof forms)[number];

export const forProgram = ({ form = 'text' }: { form?: Form }): boolean => form !== 'text';

/** @throws FleetError BAD_USAGE before anything is asked: of a verb that lists nothing there are no names */
export function refuseNames(
  { names, name }: { name: string; names?: unknown },
  { form }: { form?: Form },
): void {
  if (form !== 'name' || names) return;
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected a verb that lists things for --output name, got ${name}.`,
    mend: 'Use --output json, or one that lists: products, queue, history, gates, blueprints, recurring, lessons, proposals, accounts, runtimes.',
  });
}

/** @param value {ok, data} or {ok, error} */
export async function documentOf(form: Form, value: object): Promise<string> {
  if (form !== 'yaml') return quietJson(value, 2);
  const { stringify } = await import('yaml');
  // Texts in quotes, where what a terminal obeys can be escaped as in JSON.
  return quieted(stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })).trimEnd();
}

/** Of a list, or of one of it, the field by which each is named. */
export const namesBy =
  <One>(key: keyof One) =>
  (data: unknown): string[] =>
    ([data].flat() as One[]).map((one) => String(one[key]));
