// inbox <product>: unread mail to the operator.
import { inboxText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const inbox: Verb = {
  name: 'inbox',
  usage: '<product>',
  summary: "Unread mail from a product's workers to you",
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client }, show) {
    const data = await client.inbox(product);
    return { data, text: inboxText(show, data) };
  },
};
