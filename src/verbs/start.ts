// start <product> <objective…>: takes an objective; it runs at once or waits in the queue and says why.
import { maxObjectiveBytes } from '../contract/objectives.ts';
import { startedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';
import { textOf } from './words.ts';

export const start: Verb = {
  name: 'start',
  usage: '[--accept text] [--needs ids] [--kind word] <product> <objective…>',
  summary: 'Give a product an objective; it runs or waits in the queue',
  details: [
    'Everything after the product is the objective, as it is: no quotes needed in chat.',
    '--accept "what must be true in the end" and --needs obj-3,obj-4 (done first) stand before the product.',
    '--kind says what estimates are learned by (build, fix, write, …); without it the text does.',
    'Example: start product-a explore the codebase structure and write down what you find',
  ],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .argument('[objective...]')
      .option('--accept <text>', 'what must be true for it to be done')
      .option('--needs <ids>', 'objectives that must be done first, apart by commas')
      .option('--kind <word>', 'kind of work'),
  async run({ operands: [product = '', ...words], options }, { client, source }, show) {
    const data = await client.start({
      product,
      text: textOf(words, product, maxObjectiveBytes),
      acceptance: typeof options.accept === 'string' ? options.accept : null,
      needs:
        typeof options.needs === 'string'
          ? options.needs
              .split(/[\s,]+/)
              .filter(Boolean)
              .map(objectiveId)
          : [],
      ...(typeof options.kind === 'string' && { kind: options.kind.toLowerCase() }),
      source,
    });
    return { data, text: startedText(show, data) };
  },
};
