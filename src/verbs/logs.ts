// logs <product>: what the coordinator's screen shows. Terminal only: the screen is the operator's to see.

import { FleetError } from '../common/errors.ts';
import { outputText } from '../text/index.ts';
import type { Verb } from './verb.ts';
import { watched } from './watch.ts';

export const logs: Verb = {
  name: 'logs',
  usage: '<product> [--follow] [--lines n]',
  summary: "What the coordinator's screen shows; --follow keeps up with it",
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .option('--follow', 'go on until Ctrl-C')
      .option('--lines <n>', 'at most n lines', '200'),
  async run({ operands: [product = ''], options }, context, show) {
    const lines = Number(options.lines);
    if (!Number.isInteger(lines) || lines < 1 || lines > 2000)
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected a whole number from 1 to 2000 after --lines, got ${options.lines}.`,
        mend: 'Correct it: `fleet help logs`.',
      });
    return watched(options.follow === true, context, show, async () => {
      const data = await context.client.output(product, { lines });
      return { data, text: outputText(show, data) };
    });
  },
};
