// why <product|objective>: one line; with --json the rules and numbers behind it.
import { whyText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const why: Verb = {
  name: 'why',
  usage: '<product|objective>',
  summary: 'Why it waits or runs, and when it is expected to start',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product|objective>'),
  async run({ operands: [target = ''] }, { client }, show) {
    const data = await client.why(objectiveId(target));
    return { data, text: whyText(show, data) };
  },
};
