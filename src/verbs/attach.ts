// attach <product>: the command for a live look into its session. Printed, not run: it belongs to the machine that
// runs the fleet, where this CLI may be inside a container.
import { attachText } from '../text/index.ts';
import type { Verb } from './verb.ts';

export const attach: Verb = {
  name: 'attach',
  usage: '<product>',
  summary: 'Print the command for a live look, read only, into its tmux session',
  details: ['Leave it with Ctrl-B D. Without `-r` in the command, keys you press go to the coordinator.'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client }, show) {
    const data = await client.attach(product);
    return { data, text: attachText(show, data), exitCode: data.argv === null ? 3 : 0 };
  },
};
