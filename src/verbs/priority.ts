// priority <product> <value>: live, on top of products.yaml.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const priority: Verb = {
  name: 'priority',
  usage: '<product> <high|medium|low|1-100|default>',
  summary: "Change a product's priority while the fleet runs",
  details: ['products.yaml is never written: `default` gives back what it says.'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>').argument('<value>'),
  async run({ operands: [product = '', priority = ''] }, { client, source }, show) {
    const data = await client.priority(product, { source, priority });
    return { data, text: controlText(show, data) };
  },
};
