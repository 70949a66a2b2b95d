// message <product> <text…>: a word to the coordinator of its session.
import { everywhere, type Verb } from './verb.ts';
import { textOf } from './words.ts';

const maxMessageBytes = 65_536;

export const message: Verb = {
  name: 'message',
  usage: '<product> <text…>',
  summary: "Say something to a product's coordinator",
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[text...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const text = textOf(words, product, maxMessageBytes);
    const data = await client.message(product, { text, source });
    const when = data.nudged
      ? 'it was woken to read it'
      : 'it works, and is asked to read it when its turn is over';
    return { data, text: `Sent to ${product}: ${when} (${show.line(data.id, 60)}).` };
  },
};
