// estimate <product> [objective…]: what one more objective would take, and when it would start.
import { estimateText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const estimate: Verb = {
  name: 'estimate',
  usage: '[--kind word] <product> [objective…]',
  summary: 'What an objective would take: time, money, memory, when it would start; starts nothing',
  details: [
    'Learned from what finished: half stay within the first figure, 9 of 10 within the second.',
    'The kind of work (build, fix, write, explore, …) is told from the text, or by --kind.',
  ],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) =>
    command.argument('<product>').argument('[objective...]').option('--kind <word>', 'kind of work'),
  async run({ operands: [product = '', ...words], options }, { client }, show) {
    const data = await client.estimate(product, {
      // a kind is told by the first verb: the beginning is enough
      text: words.join(' ').slice(0, 500) || undefined,
      kind: typeof options.kind === 'string' ? options.kind.toLowerCase() : undefined,
    });
    return { data, text: estimateText(show, data) };
  },
};
