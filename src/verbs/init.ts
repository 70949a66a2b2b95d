// init: overstory's files for a product that is not code.
import { FleetError } from '../common/errors.ts';
import { mayAsk } from './add.ts';
import type { Verb, VerbContext } from './verb.ts';

type Type = 'marketing' | 'support';

export const init: Verb = {
  name: 'init',
  usage: '[--type marketing|support] [product]',
  summary:
    'Lay a product down for marketing or support: agent definitions, quality gates, a sample objective',
  details: [
    'Adds a section to the agent definitions in .overstory/agent-defs, sets project.qualityGates where none of your own are,',
    'and writes a sample objective to .overstory/specs. Commits nothing: read it, change it, commit it. In a terminal it asks for',
    'what is left out.',
  ],
  examples: ['init --type support helpdesk'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--type <type>', 'marketing or support'),
  async run({ operands: [named], options }, context, show) {
    const { client, source } = context;
    const product = named ?? (await askProduct(context));
    const type = await typeOf(options.type, product, context);
    if (product === null || type === null)
      return { data: { done: [], left: [] }, text: 'Nothing was written.', exitCode: 4 };
    const data = await client.layDown(product, { type, source });
    const lines = [
      data.done.length > 0
        ? `${product} is laid down for ${type}: ${data.done.join(', ')}.`
        : `${product} was laid down for ${type} already.`,
      ...data.left.map((one) => `${one}.`),
      `Read it, commit it, then begin: ${show.command(`start ${product} "$(cat .overstory/specs/sample-${type}.md)"`)}`,
    ];
    return { data, text: lines.map((line) => show.line(line, 600)).join('\n') };
  },
};

/** null: they went away. @throws FleetError BAD_USAGE where nobody can be asked */
async function askProduct(context: VerbContext): Promise<string | null> {
  const { client, questions } = context;
  if (!questions || !mayAsk(context))
    throw new FleetError({
      code: 'BAD_USAGE',
      message: 'Expected a product and its type, got none, and nobody is here to ask.',
      mend: 'Type `fleet init --type marketing|support <product>`; a repository becomes a product with `fleet add`.',
    });
  const { products } = await client.status();
  if (products.length === 0)
    throw new FleetError({
      code: 'PRODUCT_UNKNOWN',
      message: 'Expected a product to lay down, got a fleet of none.',
      mend: 'Add one first: `fleet add <folder or address>`.',
    });
  return questions.choose(
    'Which product?',
    products.map(({ name, type, description }) => ({
      value: name,
      label: name,
      hint: description === null ? type : `${type}: ${description.slice(0, 60)}`,
    })),
  );
}

async function typeOf(given: unknown, product: string | null, context: VerbContext): Promise<Type | null> {
  if (given === 'marketing' || given === 'support') return given;
  if (given === undefined && product === null) return null;
  if (given === undefined && context.questions && mayAsk(context))
    return context.questions.choose<Type>(`What is ${product} for?`, [
      { value: 'marketing', label: 'Marketing', hint: 'posts, mails, a calendar' },
      { value: 'support', label: 'Support', hint: 'tickets and answers' },
    ]);
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected --type marketing or --type support, got ${typeof given === 'string' ? JSON.stringify(given.slice(0, 40)) : 'none'}.`,
    mend: 'A product of code needs no more than `ov init`.',
  });
}
