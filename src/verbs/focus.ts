// focus <product>: pauses all others and puts this one first.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const focus: Verb = {
  name: 'focus',
  usage: '<product>',
  summary: 'Pause all other products and put this one first',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.focus(product, { source });
    return { data, text: controlText(show, data) };
  },
};
