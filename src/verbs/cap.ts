// cap <product|fleet> <what> <value>: a live limit on top of products.yaml.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const cap: Verb = {
  name: 'cap',
  usage: '<product|fleet> <what> <value>',
  summary: 'Change a limit while the fleet runs',
  details: [
    'Of the fleet: slots, live (sessions), memory (GiB, or 512m), cpu (percent), cost (USD a day). Of a product: memory, cpu (cores), cost.',
    '`none` is no limit, `default` is what products.yaml says. Example: cap fleet slots 3',
  ],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product|fleet>').argument('<what>').argument('<value>'),
  async run({ operands: [scope = '', what = '', value = ''] }, { client, source }, show) {
    const data = await client.cap({ source, scope, what, value });
    return { data, text: controlText(show, data) };
  },
};
