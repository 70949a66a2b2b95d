// What was.
import { quietJson } from '../common/terminal-safe-json.ts';
import { eventText, reportText, spendingText } from '../text/index.ts';
import { forProgram } from './form.ts';
import { numberAfter } from './options.ts';
import { everywhere, type Verb } from './verb.ts';

const report: Verb = {
  name: 'report',
  usage: '[--since yesterday|today|12h|7d|date]',
  summary: 'What ran, what it cost, what waited for whom and how long',
  details: [
    'Days are UTC days. The same comes as a notice each morning when anything has ended: `report:` in products.yaml.',
  ],
  examples: ['report', 'report --since yesterday'],
  surfaces: everywhere,
  grammar: (command) => command.option('--since <when>', 'yesterday, today, 12h, 7d or a date', 'yesterday'),
  async run({ options }, { client }, show) {
    const data = await client.report({ since: String(options.since) });
    return { data, text: reportText(show, data) };
  },
};

const spend: Verb = {
  name: 'spend',
  usage: '[--days n]',
  summary: 'What was spent per day and product',
  details: [
    'Days are UTC days, today among them; a session counts on the day it ended. Prices: `prices:` in products.yaml.',
  ],
  examples: ['spend', 'spend --days 30'],
  surfaces: everywhere,
  grammar: (command) => command.option('--days <n>', 'so many days', '7'),
  async run({ options }, { client }, show) {
    const days = numberAfter('spend', options, 'days', { least: 1, most: 366 });
    const data = await client.spending({ days });
    return { data, text: spendingText(show, data) };
  },
};

/** Terminal only: it can go on for ever. */
const events: Verb = {
  name: 'events',
  usage: '[--follow] [--last n] [--after seq]',
  summary: 'What happened lately; --follow goes on',
  examples: ['events --last 50', 'events --follow'],
  surfaces: ['cli'],
  grammar: (command) =>
    command
      .option('--follow', 'go on until Ctrl-C')
      .option('--last <n>', 'start with the last n', '20')
      .option('--after <seq>', 'start after this event'),
  async run({ options }, context, show) {
    const { client, signal, output } = context;
    const asked = client.events({
      last: numberAfter('events', options, 'last', { least: 0 }),
      after: numberAfter('events', options, 'after', { least: 0 }),
      follow: options.follow === true,
      signal,
    });
    for await (const event of asked)
      output?.append(forProgram(context) ? quietJson({ ok: true, data: event }) : eventText(show, event));
    return { text: '', data: null };
  },
};

export const reportVerbs: readonly Verb[] = [report, spend, events];
