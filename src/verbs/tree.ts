// tree [product]: who works for whom.
import { treeText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';
import { watched } from './watch.ts';

export const tree: Verb = {
  name: 'tree',
  usage: '[product]',
  summary: 'Who works for whom: coordinator, leads, workers',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--watch', 'keep it on the screen (terminal)'),
  run: ({ operands: [product], options }, context, show) =>
    watched(options.watch === true, context, show, async () => {
      const data = await context.client.status({ product });
      const text = treeText(show, data);
      return { data, text: show.kind === 'chat' ? `\`\`\`\n${text.replaceAll('**', '')}\n\`\`\`` : text };
    }),
};
