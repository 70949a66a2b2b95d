// The fleet as it stands.
import { FleetError } from '../common/errors.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { ProductView } from '../contract/products.ts';
import { productsText, productText, queueText, type Surface, statusText, treeText } from '../text/index.ts';
import { productTable, queueTable } from './columns.ts';
import { namesBy } from './form.ts';
import { type Answer, everywhere, type Verb, type VerbContext } from './verb.ts';
import { watched } from './watch.ts';

const status: Verb = {
  name: 'status',
  usage: '[product]',
  summary: 'What runs, what waits and why; one product in detail',
  examples: ['status', 'status product-a --watch'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--watch', 'keep it on the screen (terminal)'),
  async run({ operands: [product], options }, context, show) {
    return watched(options.watch === true, context, show, () => once(product, context, show));
  },
};

async function once(product: string | undefined, context: VerbContext, show: Surface): Promise<Answer> {
  const data = await context.client.status({ product });
  if (product === undefined) return { data, text: statusText(show, data) };
  const view = data.products.find(({ name }) => name === product);
  if (view) return { data, text: productText(show, data, view) };
  throw new FleetError({
    code: 'PRODUCT_UNKNOWN',
    message: `Expected the name of a product, got ${product}.`,
    mend: 'See the names with `fleet products`.',
    product,
  });
}

const products: Verb = {
  name: 'products',
  usage: '',
  summary: 'The products, with their descriptions and priorities',
  examples: ['products', 'products --output name'],
  surfaces: everywhere,
  grammar: (command) => command,
  names: namesBy<ProductView>('name'),
  table: productTable,
  async run(_asked, { client }, show) {
    const status = await client.status();
    return { data: status.products, text: productsText(show, status) };
  },
};

const queue: Verb = {
  name: 'queue',
  usage: '',
  summary: 'What waits, in what order, and why',
  examples: ['queue', 'queue --output yaml'],
  surfaces: everywhere,
  grammar: (command) => command,
  names: namesBy<ObjectiveView>('id'),
  table: queueTable,
  async run(_asked, { client }, show) {
    const status = await client.status();
    return { data: status.queue, text: queueText(show, status) };
  },
};

const tree: Verb = {
  name: 'tree',
  usage: '[product]',
  summary: 'Who works for whom: coordinator, leads, workers',
  examples: ['tree product-a', 'tree --watch'],
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

export const fleetVerbs: readonly Verb[] = [status, products, queue, tree];
