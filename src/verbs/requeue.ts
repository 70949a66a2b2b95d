// requeue <objective>: another try for one that failed or was cancelled; one that runs waits again.
import { startedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const requeue: Verb = {
  name: 'requeue',
  usage: '<objective>',
  summary: 'Give a failed or cancelled objective another try',
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.requeue(objectiveId(id), { source });
    return { data, text: startedText(show, data) };
  },
};
