// queue: what waits, in what order, and why.
import { queueText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const queue: Verb = {
  name: 'queue',
  usage: '',
  summary: 'What waits, in what order, and why',
  surfaces: everywhere,
  grammar: (command) => command,
  async run(_asked, { client }, show) {
    const status = await client.status();
    return { data: status.queue, text: queueText(show, status) };
  },
};
