// What came of an objective.
import { controlText, diffText } from '../text/index.ts';
import { blueprintDiff } from './blueprints.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const diff: Verb = {
  name: 'diff',
  usage: '[--patch] <objective> [path]',
  summary:
    'What an objective changed: files, and commits by agent; --patch or a path: with the changed lines',
  details: ['`diff <file>` or `diff draft-n`: what applying a blueprint would change; changes nothing.'],
  surfaces: everywhere,
  grammar: (command) =>
    command.argument('<objective>').argument('[path]').option('--patch', 'with the changed lines'),
  async run({ operands: [what = '', path], options }, context, show) {
    if (!isObjective.test(what.trim())) return blueprintDiff(what, context, show);
    const patch = options.patch === true || path !== undefined;
    const data = await context.client.diff(objectiveId(what), { patch: String(patch), path });
    return { data, text: diffText(show, data, patch) };
  },
};

/** `obj-7`, `7`, `#7`; anything else is a file or a draft */
const isObjective = /^(?:obj-|#)?\d+$/i;

const deliver: Verb = {
  name: 'deliver',
  usage: '<objective>',
  summary: 'Send its work where `deliver:` of products.yaml says: now, or once more',
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.deliver(objectiveId(id), { source });
    return { data, text: controlText(show, data) };
  },
};

export const workVerbs = [diff, deliver];
