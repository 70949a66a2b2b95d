// result <objective>: what came of it, in the coordinator's words.
import { resultText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const result: Verb = {
  name: 'result',
  usage: '<objective>',
  summary: "What came of an objective: its state and the coordinator's final words",
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client }, show) {
    const data = await client.result(objectiveId(id));
    return { data, text: resultText(show, data) };
  },
};
