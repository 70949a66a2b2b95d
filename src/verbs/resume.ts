// resume <product>: it may start again.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const resume: Verb = {
  name: 'resume',
  usage: '<product>',
  summary: 'Let a paused product start again',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.resume(product, { source });
    return { data, text: controlText(show, data) };
  },
};
