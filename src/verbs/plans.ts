// What would be, and why. These change nothing.
import { FleetError } from '../common/errors.ts';
import { estimateText, planText, whyText } from '../text/index.ts';
import { objectiveId, productName } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const why: Verb = {
  name: 'why',
  usage: '<product|objective>',
  summary: 'Why it waits or runs, and when it is expected to start',
  examples: ['why product-a', 'why obj-7'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product|objective>'),
  async run({ operands: [target = ''] }, { client }, show) {
    const data = await client.why(objectiveId(target));
    return { data, text: whyText(show, data) };
  },
};

const plan: Verb = {
  name: 'plan',
  usage: '[--with limit=value] [--without product] [--start product]',
  summary: 'What would start, in what order and when, if …; changes nothing',
  details: [
    'Limits as in products.yaml or `cap`: max_concurrent_sessions=3, memory=8, cpu=80%, strategy=fifo; accounts=open as if none were at a usage limit.',
    'Each may be given again, or with commas.',
  ],
  examples: ['plan', 'plan --with slots=3 --without product-b --start product-c'],
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

const estimate: Verb = {
  name: 'estimate',
  usage: '[--kind word] <product> [objective…]',
  summary: 'What an objective would take: time, money, memory, when it would start; starts nothing',
  details: [
    'Learned from what finished: half stay within the first figure, 9 of 10 within the second.',
    'The kind of work (build, fix, write, explore, …) is told from the text, or by --kind.',
  ],
  examples: ['estimate product-a', 'estimate product-a Add a search box'],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) =>
    command.argument('<product>').argument('[objective...]').option('--kind <word>', 'kind of work'),
  async run({ operands: [product = '', ...words], options }, { client }, show) {
    const data = await client.estimate(product, {
      // a kind is told by the first verb: the beginning is enough
      text: words.join(' ').slice(0, 500) || undefined,
      kind: typeof options.kind === 'string' ? options.kind.toLowerCase() : undefined,
    });
    return { data, text: estimateText(show, data) };
  },
};

export const planVerbs: readonly Verb[] = [why, plan, estimate];
