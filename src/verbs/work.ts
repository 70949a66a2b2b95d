// What came of an objective.
import { FleetError } from '../common/errors.ts';
import { controlText, diffText, judgedText, openedText, type Surface } from '../text/index.ts';
import { blueprintDiff } from './blueprints.ts';
import { objectiveId } from './names.ts';
import { type Answer, everywhere, type Verb, type VerbContext } from './verb.ts';

const diff: Verb = {
  name: 'diff',
  usage: '[--patch|--open] <objective> [path]',
  summary:
    'What an objective changed: files, and commits by agent; --patch or a path: with the changed lines',
  details: [
    '`--open` opens its page of the dashboard in your browser, or says the address where there is none. In a terminal only.',
    '`diff <file>` or `diff draft-n`: what applying a blueprint would change; changes nothing.',
  ],
  examples: ['diff obj-7', 'diff --patch obj-7 src/cart.ts'],
  surfaces: everywhere,
  grammar: (command) =>
    command
      .argument('<objective>')
      .argument('[path]')
      .option('--patch', 'with the changed lines')
      .option('--open', 'open its page in the browser'),
  async run({ operands: [what = '', path], options }, context, show) {
    if (!isObjective.test(what.trim())) return blueprintDiff(what, context, show);
    if (options.open === true) return await openPage(objectiveId(what), path, context, show);
    const patch = options.patch === true || path !== undefined;
    const data = await context.client.diff(objectiveId(what), { patch: String(patch), path });
    return { data, text: diffText(show, data, patch) };
  },
};

/** `obj-7`, `7`, `#7`; anything else is a file or a draft */
const isObjective = /^(?:obj-|#)?\d+$/i;

/** Its page of the dashboard, in the browser of whoever types. */
async function openPage(
  id: string,
  path: string | undefined,
  { client, open }: VerbContext,
  show: Surface,
): Promise<Answer> {
  if (open === undefined)
    throw new FleetError({
      code: 'BAD_USAGE',
      message: 'Expected --open in a terminal, got it in chat, which opens nothing.',
      mend: `See its page on the dashboard, or ask for \`fleet diff ${id}\`.`,
    });
  const objective = await client.objective(id);
  const { dashboardPort } = await client.health();
  if (dashboardPort == null)
    throw new FleetError({
      code: 'DASHBOARD_OFF',
      product: objective.product,
      message: 'Expected the dashboard to be on, got none: fleetd was started without it.',
      mend: 'Start fleetd with FLEET_DASHBOARD_PORT, e.g. 41790.',
    });
  const only = path === undefined ? '' : `?path=${encodeURIComponent(path)}`;
  const url = `http://localhost:${dashboardPort}/objectives/${encodeURIComponent(objective.id)}${only}`;
  const opened = await open(url);
  return { data: { url, opened }, text: openedText(show, url, opened) };
}

const deliver: Verb = {
  name: 'deliver',
  usage: '<objective>',
  summary: 'Send its work where `deliver:` of products.yaml says: now, or once more',
  examples: ['deliver obj-7'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.deliver(objectiveId(id), { source });
    return { data, text: controlText(show, data) };
  },
};

const acceptWork: Verb = {
  name: 'accept-work',
  usage: '<objective>',
  summary: 'Take what an objective made',
  examples: ['accept-work obj-7'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.acceptWork(objectiveId(id), { source });
    return { data, text: judgedText(show, data) };
  },
};

const rework: Verb = {
  name: 'rework',
  usage: '<objective> <what is wrong…>',
  summary: 'Send back what an objective made: to its session, or as an objective that takes it up',
  examples: ['rework obj-7 the button is still blue'],
  surfaces: everywhere,
  takesText: true,
  grammar: (command) => command.argument('<objective>').argument('[text...]'),
  async run({ operands: [id = '', ...words] }, { client, source }, show) {
    const data = await client.rework(objectiveId(id), { text: words.join(' ').trim(), source });
    return { data, text: judgedText(show, data) };
  },
};

const revert: Verb = {
  name: 'revert',
  usage: '<objective>',
  summary: 'Take back what an objective made, by a commit on top; refused where later work builds on it',
  examples: ['revert obj-7'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.revertWork(objectiveId(id), { source });
    return { data, text: judgedText(show, data) };
  },
};

export const workVerbs: readonly Verb[] = [diff, acceptWork, rework, revert, deliver];
