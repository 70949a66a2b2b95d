// status [product]: what runs, what waits and why; --watch keeps it on the screen.

import { FleetError } from '../common/errors.ts';
import { productText, type Surface, statusText } from '../text/index.ts';
import { type Answer, everywhere, type Verb, type VerbContext } from './verb.ts';
import { watched } from './watch.ts';

export const status: Verb = {
  name: 'status',
  usage: '[product]',
  summary: 'What runs, what waits and why; one product in detail',
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
