// objective <id>: all that is known of one objective.
import { objectiveText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const objective: Verb = {
  name: 'objective',
  usage: '<objective>',
  summary: 'One objective: its text, state and times',
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client }, show) {
    const data = await client.objective(objectiveId(id));
    return { data, text: objectiveText(show, data) };
  },
};
