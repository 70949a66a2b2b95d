// Work that comes again.
import { FleetError } from '../common/errors.ts';
import type { RecurringView } from '../contract/recurring.ts';
import { recurringText, startedText } from '../text/index.ts';
import { nextWord, trimmed, unquoted } from './chat.ts';
import { recurringTable } from './columns.ts';
import { namesBy } from './form.ts';
import { productName } from './names.ts';
import { everywhere, type Verb } from './verb.ts';
import { textOf } from './words.ts';

/** A cron without its quotes is five words; a product's name is none of these. */
const field = /^[\d*?][\d*?/,-]*$|^(?:[a-z]{3})(?:[-,][a-z]{3})*$/i;

/** The cron, the product and the objective, however they were quoted. */
function partsOf(first: string, rest: string): { every: string; product: string; text: string } {
  let every = first;
  let left = rest;
  for (let count = every.trim().split(/\s+/).length; count < 5; count++) {
    const { word, rest: after } = nextWord(left);
    if (!field.test(word)) break;
    every = `${every} ${word}`;
    left = after;
  }
  const { word, rest: text } = nextWord(left);
  return { every, product: productName(word), text: unquoted(trimmed(text)) };
}

const every: Verb = {
  name: 'every',
  usage: '[--tz zone] [--missed once|skip] [--name name [--replace]] "<cron>" <product> <objective…>',
  summary: 'Work that comes again; same queue and budgets as any other',
  details: [
    'The five fields are minute, hour, day of month, month, day of week: "0 9 * * 1-5" is at 9 on weekdays. With both day fields set a day that fits one of them will do.',
    '--tz is the time zone (UTC when left out), e.g. Europe/Berlin. A time that a change of clocks skips runs as much later; one that comes twice runs the first time, and both when the pattern has the hours around it too, as "0 * * * *" has.',
    '--replace changes the one of that --name: its runs so far are kept.',
    'While the last one is still open the next is skipped. Runs missed while nobody was there are made up for once, or with --missed skip not at all.',
  ],
  examples: ['every --tz Europe/Berlin "0 9 * * 1-5" product-c daily social posts'],
  surfaces: everywhere,
  takesText: true,
  grammar: (command) =>
    command
      .argument('<cron>')
      .argument('[words...]')
      .option('--tz <zone>', 'time zone, e.g. Europe/Berlin')
      .option('--missed <what>', 'once or skip')
      .option('--name <name>', 'what to call it')
      .option('--replace', 'change the one of that name')
      .option('--accept <text>', 'what must be true for it to be done'),
  async run({ operands: [cron = '', ...words], options }, { client, source }, show) {
    const { every: when, product, text } = partsOf(cron, words.join(' '));
    const { tz, missed = 'once', name, accept, replace = false } = options;
    if (replace && typeof name !== 'string')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: 'Expected --name with --replace, got none.',
        mend: 'Say which one is changed; `fleet recurring` lists them.',
      });
    if (missed !== 'once' && missed !== 'skip')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected once or skip after --missed, got ${JSON.stringify(String(missed).slice(0, 40))}.`,
        mend: 'once: a run that was missed is made up for. skip: it is not.',
      });
    if (product === '')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected five fields, a product and an objective, got ${JSON.stringify(when.slice(0, 60))} alone.`,
        mend: 'For example `fleet every "0 9 * * 1-5" product-c daily social posts`.',
      });
    const data = await client.every({
      every: when,
      product,
      text: textOf([text], product, 16_384),
      missed,
      ...(replace === true && { replace: true }),
      source,
      ...(typeof tz === 'string' && { timeZone: tz }),
      ...(typeof name === 'string' && { name: name.toLowerCase() }),
      ...(typeof accept === 'string' && { acceptance: accept }),
    });
    return { data, text: recurringText(show, [data]) };
  },
};

const changes = ['pause', 'resume', 'run', 'delete'] as const;

const recurring: Verb = {
  name: 'recurring',
  usage: '[pause|resume|run|delete <name>]',
  summary: 'What comes again and when next; pause, resume, run or delete one of them',
  details: [
    'Set one up with `every`, or with `recurring:` in products.yaml.',
    '`run` has it done once, now, beside its times.',
  ],
  examples: ['recurring', 'recurring pause news'],
  surfaces: everywhere,
  grammar: (command) => command.argument('[change]').argument('[name]'),
  names: namesBy<RecurringView>('name'),
  table: recurringTable,
  async run({ operands: [asked, name = ''] }, { client, source }, show) {
    if (asked === undefined) {
      const data = await client.recurring();
      return { data, text: recurringText(show, data) };
    }
    const change = changes.find((each) => each === asked.toLowerCase());
    if (change === undefined || name === '')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected ${changes.join(', ')} and a name, got ${JSON.stringify(`${asked} ${name}`.trim().slice(0, 60))}.`,
        mend: 'List the names with `fleet recurring`.',
      });
    if (change === 'run') {
      const data = await client.runRecurring(name.toLowerCase(), { source });
      return { data, text: startedText(show, data) };
    }
    const data = await client[`${change}Recurring` as const](name.toLowerCase(), { source });
    return {
      data,
      text:
        change === 'delete'
          ? `${show.line(data.name, 50)} does not recur any more.`
          : recurringText(show, [data]),
    };
  },
};

export const recurringVerbs: readonly Verb[] = [every, recurring];
