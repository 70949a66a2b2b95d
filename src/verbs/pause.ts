// pause <product> [reason…]: nothing of it starts; what runs is stopped and keeps its place.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const pause: Verb = {
  name: 'pause',
  usage: '<product> [reason…]',
  summary: 'Pause a product; what runs there is stopped and keeps its place',
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[reason...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const data = await client.pause(product, { source, reason: words.join(' ') || null });
    return { data, text: controlText(show, data) };
  },
};
