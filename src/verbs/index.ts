// What a human can say to the fleet: a file per noun, one grammar for the CLI and for `/fleet` in chat.
// A verb asks fleetd through the client and answers with text (src/text), never with effects of its own.

import { errorClasses, FleetError, type FleetErrorShape } from '../common/errors.ts';
import { errorText, type Surface, surfaceFor } from '../text/index.ts';
import { artifactVerbs } from './artifacts.ts';
import { blueprintVerbs } from './blueprints.ts';
import { controlVerbs } from './controls.ts';
import { fleetVerbs } from './fleet.ts';
import { documentOf, refuseForm, tableOf } from './form.ts';
import { gateVerbs } from './gates.ts';
import { type Parsed, parse } from './grammar.ts';
import { helpFor } from './help.ts';
import { installationVerbs } from './installation.ts';
import { lessonVerbs } from './lessons.ts';
import { nearest } from './names.ts';
import { objectiveVerbs } from './objectives.ts';
import { planVerbs } from './plans.ts';
import { recurringVerbs } from './recurring.ts';
import { reportVerbs } from './reports.ts';
import { runtimeVerbs } from './runtimes.ts';
import { sessionVerbs } from './sessions.ts';
import { top } from './top.ts';
import type { Verb, VerbContext } from './verb.ts';
import { withVersions } from './versions.ts';
import { workVerbs } from './work.ts';

export type { LocalProducts, OpenProducts, ProductsDraft } from './local-products.ts';
export type { CheckedFile, Output, VerbContext } from './verb.ts';

export const verbs: Verb[] = [
  ...fleetVerbs,
  ...objectiveVerbs,
  ...workVerbs,
  ...artifactVerbs,
  ...planVerbs,
  ...gateVerbs,
  ...controlVerbs,
  ...runtimeVerbs,
  ...blueprintVerbs,
  ...recurringVerbs,
  ...lessonVerbs,
  ...sessionVerbs,
  ...reportVerbs,
  top,
  ...installationVerbs,
];
verbs.push(helpFor(verbs));

export interface VerbResult {
  /** for the human, or one JSON document when that was asked for; '' when it all went to `output` */
  text: string;
  /** as in errors.ts; 0 = done */
  exitCode: number;
  /** the view that the text shows */
  data?: unknown;
  error?: FleetErrorShape;
}

/**
 * Runs one verb. Never throws: a failure is text, exit code and `error`.
 * @param input words (CLI), or the line a human typed in chat without the leading `/fleet`
 */
export async function runVerb(input: string[] | string, context: VerbContext): Promise<VerbResult> {
  try {
    return await perform(parse(input, context.surface, verbs), context);
  } catch (error) {
    return await failure(error, context);
  }
}

/** The CLI parses before it has a client: --socket says where fleetd is. Throws FleetError. */
export const parseWords = (words: string[]): Parsed => parse(words, 'cli', verbs);

/** Runs what was parsed. Never throws. */
export async function perform(parsed: Parsed, context: VerbContext): Promise<VerbResult> {
  const { verb } = parsed;
  const { form = 'text' } = context;
  const show = surfaceOf(context);
  try {
    refuseForm(verb, { form, columns: parsed.columns });
    const { text, data, exitCode = 0 } = await verb.run(parsed, context, show);
    if (text === '' || form === 'text') return { text, exitCode, data };
    if (form === 'table' && verb.table)
      return { text: tableOf(show, verb.table, parsed.columns, data), exitCode, data };
    if (form === 'name' && verb.names) return { text: verb.names(data).join('\n'), exitCode, data };
    return { text: await documentOf(form, { ok: true, data }), exitCode, data };
  } catch (error) {
    const suggested = await withSuggestion(error, parsed, context);
    return failure(await withVersions(suggested, context.client), context);
  }
}

/** An error as a verb answers it. */
export async function failure(
  error: unknown,
  context: Pick<VerbContext, 'surface' | 'channel' | 'form' | 'now' | 'columns' | 'colour'>,
): Promise<VerbResult> {
  const { form = 'text' } = context;
  const shape = FleetError.wrap(error).toJSON();
  return {
    text:
      form === 'json' || form === 'yaml'
        ? await documentOf(form, { ok: false, error: shape })
        : errorText(surfaceOf(context), shape),
    exitCode: errorClasses[shape.class].exit,
    error: shape,
  };
}

function surfaceOf(
  context: Pick<VerbContext, 'surface' | 'channel' | 'now' | 'columns' | 'colour'>,
): Surface {
  const { surface, channel, now, columns, colour } = context;
  return surfaceFor({
    kind: surface === 'chat' ? 'chat' : 'terminal',
    channel,
    nowMs: now(),
    columns,
    colour,
  });
}

/** An unknown product's error with the name that was probably meant. */
async function withSuggestion(error: unknown, { verb, operands }: Parsed, { client }: VerbContext) {
  const [typed = ''] = operands;
  if (!verb.takesProduct || !(error instanceof FleetError)) return error;
  if (error.code !== 'PRODUCT_UNKNOWN' && error.code !== 'BAD_NAME') return error;
  const all = await client.status().catch(() => null);
  if (all === null) return error;
  const names = all.products.map(({ name }) => name);
  const meant = nearest(typed, names);
  return new FleetError({
    ...error.toJSON(),
    message: `Expected the name of a product, got ${JSON.stringify(typed.slice(0, 60))}.`,
    mend: [
      ...(meant ? [`Did you mean ${meant}?`] : []),
      names.length > 0
        ? `Products: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`
        : 'There are no products yet.',
    ].join(' '),
    cause: error,
  });
}
