// history [product]: what is over, the one that ended last first.

import { FleetError } from '../common/errors.ts';
import { historyText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const history: Verb = {
  name: 'history',
  usage: '[product] [--last n]',
  summary: 'What is over: done, failed or cancelled, and why',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--last <n>', 'at most n', '20'),
  async run({ operands: [product], options }, { client }, show) {
    const limit = Number(options.last);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected a whole number from 1 to 1000 after --last, got ${options.last}.`,
        mend: 'Correct it: `fleet help history`.',
      });
    const data = await client.history({ product, limit });
    return { data, text: historyText(show, data) };
  },
};
