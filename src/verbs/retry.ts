// retry <objective|blueprint>: what failed gets another try, and what needs it goes on.
import { blueprintText, startedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

export const retry: Verb = {
  name: 'retry',
  usage: '<objective|blueprint>',
  summary: 'Give what failed another try: one objective, or all failed steps of a blueprint',
  surfaces: everywhere,
  grammar: (command) => command.argument('<what>'),
  async run({ operands: [what = ''] }, { client, source }, show) {
    const id = objectiveId(what);
    if (/^obj-\d+$/.test(id)) {
      const data = await client.requeue(id, { source });
      return { data, text: startedText(show, data) };
    }
    const data = await client.retryBlueprint(what.toLowerCase(), { source });
    return { data, text: blueprintText(show, data) };
  },
};
