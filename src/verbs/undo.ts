// undo: takes back the last pause, resume, focus, priority or cap.
import { controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const undo: Verb = {
  name: 'undo',
  usage: '',
  summary: 'Take back the last pause, resume, focus, priority or cap',
  surfaces: everywhere,
  grammar: (command) => command,
  async run(_asked, { client, source }, show) {
    const data = await client.undo({ source });
    return { data, text: controlText(show, data) };
  },
};
