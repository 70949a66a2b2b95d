// gates [product]: what waits for the human.
import { gatesText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const gates: Verb = {
  name: 'gates',
  usage: '[--all] [product]',
  summary: 'Questions only you can answer; --all: the answered ones too',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--all', 'also the latest that are closed'),
  async run({ operands: [product], options }, { client }, show) {
    const data = await client.gates({ product, all: options.all === true ? 1 : undefined });
    return { data, text: gatesText(show, data) };
  },
};
