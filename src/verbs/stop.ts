// stop <product>: ends what it is working on.
import { stoppedText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const stop: Verb = {
  name: 'stop',
  usage: '<product> [reason…]',
  summary: 'Stop what a product is working on',
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[reason...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const data = await client.stop(product, { source, reason: words.join(' ') || null });
    return { data, text: stoppedText(show, product, data) };
  },
};
