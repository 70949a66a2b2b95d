// plan: what would start, in what order and when, if limits or products were different. Changes nothing.

import { FleetError } from '../common/errors.ts';
import { planText } from '../text/index.ts';
import { productName } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const plan: Verb = {
  name: 'plan',
  usage: '[--with limit=value] [--without product] [--start product]',
  summary: 'What would start, in what order and when, if …; changes nothing',
  details: [
    'Limits as in products.yaml or `cap`: max_concurrent_sessions=3, memory=8, cpu=80%, strategy=fifo; accounts=open as if none were at a usage limit.',
    'Each may be given again, or with commas: plan --with slots=3 --without product-b --start product-c',
  ],
  surfaces: everywhere,
  grammar: (command) =>
    command
      .option('--with <limits>', 'other limits', joined)
      .option('--without <products>', 'as if these were not there', joined)
      .option('--start <products>', 'as if these were given one more objective', joined),
  async run({ options }, { client }, show) {
    const data = await client.plan({
      with: Object.fromEntries(words(options.with).map(limit)),
      without: words(options.without).map(productName),
      start: words(options.start).map(productName),
    });
    return { data, text: planText(show, data) };
  },
};

const joined = (value: string, before?: string) => (before ? `${before},${value}` : value);

const words = (value: string | boolean | undefined): string[] =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : [];

function limit(word: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected limit=value after --with, got ${JSON.stringify(word.slice(0, 60))}.`,
    mend: 'For example `fleet plan --with max_concurrent_sessions=3`.',
  });
}
