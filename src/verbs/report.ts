// report [--since when]: what ran, what it cost, what was blocked by whom and for how long.
import { reportText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const report: Verb = {
  name: 'report',
  usage: '[--since yesterday|today|12h|7d|date]',
  summary: 'What ran, what it cost, what waited for whom and how long',
  details: [
    'Days are UTC days. The same comes as a notice each morning when anything has ended: `report:` in products.yaml.',
  ],
  surfaces: everywhere,
  grammar: (command) => command.option('--since <when>', 'yesterday, today, 12h, 7d or a date', 'yesterday'),
  async run({ options }, { client }, show) {
    const data = await client.report({ since: String(options.since) });
    return { data, text: reportText(show, data) };
  },
};
