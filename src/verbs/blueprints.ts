// Work across products, planned in one file.
import { FleetError } from '../common/errors.ts';
import type { ApplyRequest, BlueprintView } from '../contract/blueprints.ts';
import { blueprintReplyText, blueprintsText, blueprintText, type Surface } from '../text/index.ts';
import { blueprintTable } from './columns.ts';
import { namesBy } from './form.ts';
import { type Answer, everywhere, type Verb, type VerbContext } from './verb.ts';

/** `draft-3`, or (in a terminal) a file. */
async function requestOf(what: string, { read, source }: VerbContext): Promise<ApplyRequest> {
  const [, draft] = /^draft[-#\s]?(\d{1,9})$/i.exec(what) ?? [];
  if (draft !== undefined) return { draft: Number(draft), source };
  if (read === undefined)
    throw new FleetError({
      code: 'BAD_USAGE',
      message: `Expected the number of a draft such as draft-3, got ${JSON.stringify(what.slice(0, 60))}.`,
      mend: 'Files are applied in a terminal, `fleet apply blueprint.yaml`; drafts are listed by `fleet blueprints`.',
    });
  return { yaml: await read(what), file: what.slice(0, 400), source };
}

/** What applying it would change: of `diff`, which work.ts has. */
export async function blueprintDiff(what: string, context: VerbContext, show: Surface): Promise<Answer> {
  const data = await context.client.diffBlueprint(await requestOf(what, context));
  return { data, text: blueprintReplyText(show, data) };
}

const apply: Verb = {
  name: 'apply',
  usage: '<file|draft-n>',
  summary: 'Run a blueprint: objectives across products that need each other',
  details: [
    'A step runs when the steps it needs are done. Applied again, only what differs changes.',
    'When a step fails, what needs it waits and says so; `retry` goes on.',
  ],
  examples: ['apply release.yaml', 'apply draft-1'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<blueprint>'),
  async run({ operands: [what = ''] }, context, show) {
    const data = await context.client.applyBlueprint(await requestOf(what, context));
    return { data, text: blueprintReplyText(show, data) };
  },
};

const remove: Verb = {
  name: 'delete',
  usage: '[--stop] <blueprint>',
  summary: 'Forget a blueprint and cancel what of it waits; --stop: also what is at work',
  examples: ['delete release', 'delete --stop release'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<blueprint>').option('--stop', 'also what is at work'),
  async run({ operands: [name = ''], options }, context, show) {
    const { client, source, read } = context;
    // As with apply, a file may be named: it says which blueprint is meant.
    const named = /^[a-z0-9][a-z0-9-]{0,40}$/i.test(name) || read === undefined;
    const asked = named
      ? name.toLowerCase()
      : (await client.diffBlueprint(await requestOf(name, context))).blueprint.name;
    const data = await client.deleteBlueprint(asked, { stop: options.stop === true, source });
    return { data, text: blueprintText(show, data) };
  },
};

const blueprints: Verb = {
  name: 'blueprints',
  usage: '[name|draft-n]',
  summary: 'Blueprints and drafts, or the steps of one: where each stands and why',
  examples: ['blueprints', 'blueprints release'],
  surfaces: everywhere,
  grammar: (command) => command.argument('[name]'),
  names: namesBy<BlueprintView>('name'),
  table: blueprintTable,
  async run({ operands: [name] }, { client }, show) {
    if (name === undefined) {
      const data = await client.blueprints();
      return { data, text: blueprintsText(show, data) };
    }
    const data = await client.blueprint(name.toLowerCase());
    return { data, text: blueprintText(show, data) };
  },
};

export const blueprintVerbs: readonly Verb[] = [apply, blueprints, remove];
