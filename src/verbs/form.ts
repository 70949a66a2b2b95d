// The form of an answer in a terminal: text for a human, one document for a program, or bare names for a shell.
import { FleetError } from '../common/errors.ts';
import { quieted, quietJson } from '../common/terminal-safe-json.ts';
import { type Surface, tableLines } from '../text/index.ts';
import type { Table } from './columns.ts';

export const forms = ['text', 'table', 'json', 'yaml', 'name'] as const;
/** table: columns of a list. json, yaml: one document {ok, data} or {ok, error}. name: a line for each thing of a list, what one types for it. */
export type Form = (typeof forms)[number];

export const forProgram = ({ form = 'text' }: { form?: Form }): boolean => form !== 'text';

/** @throws FleetError BAD_USAGE before anything is asked: of a verb that lists nothing there are no names and columns */
export function refuseForm(
  { names, table, name }: { name: string; names?: unknown; table?: Table },
  { form, columns }: { form?: Form; columns?: string[] | null },
): void {
  if (form !== 'table' && columns)
    throw new FleetError({
      code: 'BAD_USAGE',
      message: `Expected --output table with --columns, got --output ${form}.`,
      mend: 'Leave one of them out.',
    });
  if ((form === 'name' && !names) || (form === 'table' && !table))
    throw new FleetError({
      code: 'BAD_USAGE',
      message: `Expected a verb that lists things for --output ${form}, got ${name}.`,
      mend: 'Use --output json, or one that lists: products, queue, history, gates, blueprints, recurring, lessons, proposals, accounts, runtimes.',
    });
  const unknown = columns?.find((column) => table && !Object.hasOwn(table.columns, column));
  if (unknown !== undefined)
    throw new FleetError({
      code: 'BAD_USAGE',
      message: `Expected columns of ${name}, got ${JSON.stringify(unknown.slice(0, 60))}.`,
      mend: `There are ${Object.keys(table?.columns ?? {}).join(', ')}.`,
    });
}

/** @param data  a list, or one of it */
export function tableOf(show: Surface, table: Table, columns: string[] | null, data: unknown): string {
  const names = columns ?? [...table.usual];
  const cells = ([data].flat() as never[]).map((one) =>
    names.map((name) => String(table.columns[name]?.(one) ?? '')),
  );
  return tableLines(show, names, cells).join('\n');
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
