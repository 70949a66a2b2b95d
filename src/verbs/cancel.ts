// cancel <objective>: takes it out of the queue, or stops it.
import { startedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const cancel: Verb = {
  name: 'cancel',
  usage: '<objective> [reason…]',
  summary: 'Take an objective out of the queue, or stop it',
  surfaces: everywhere,
  takesText: true,
  grammar: (command) => command.argument('<objective>').argument('[reason...]'),
  async run({ operands: [id = '', ...words] }, { client, source }, show) {
    const data = await client.cancel(objectiveId(id), { source, reason: words.join(' ') || null });
    return { data, text: startedText(show, data) };
  },
};
