// status [product]: what runs, what waits and why; --watch keeps it on the screen.
import { setTimeout as pause } from 'node:timers/promises';
import { errorText, productText, type Surface, statusText } from '../api/text/index.ts';
import { FleetError } from '../errors.ts';
import { type Answer, everywhere, type Verb, type VerbContext } from './verb.ts';

/** Ages grow on the screen even when nothing happens. */
const redrawMs = 2_000;

export const status: Verb = {
  name: 'status',
  usage: '[product]',
  summary: 'What runs, what waits and why; one product in detail',
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--watch', 'keep it on the screen (terminal)'),
  async run({ operands: [product], options }, context, show) {
    if (options.watch) return watch(product, context, show);
    return once(product, context, show);
  },
};

async function once(product: string | undefined, context: VerbContext, show: Surface): Promise<Answer> {
  const data = await context.client.status(product);
  if (product === undefined) return { data, text: statusText(show, data) };
  const view = data.products.find(({ name }) => name === product);
  if (view) return { data, text: productText(show, data, view) };
  throw new FleetError({
    code: 'PRODUCT_UNKNOWN',
    class: 'not-found',
    message: `Expected the name of a product, got ${product}.`,
    mend: 'See the names with `fleet products`.',
    product,
  });
}

async function watch(product: string | undefined, context: VerbContext, show: Surface): Promise<Answer> {
  if (!context.output || context.json)
    throw new FleetError({
      code: 'BAD_USAGE',
      class: 'usage',
      message: 'Expected --watch in a terminal and without --json.',
      mend: 'Leave one of them out; programs read `fleet events --follow --json`.',
    });
  while (!context.signal?.aborted) {
    const text = await once(product, context, show).then(
      (answer) => answer.text,
      (error) => {
        const known = FleetError.wrap(error);
        // fleetd may be restarting: said on the screen, tried again
        if (known.class === 'unavailable') return show.paint('bad', errorText(show, known));
        throw known;
      },
    );
    context.output.replace(text);
    await pause(redrawMs, undefined, { signal: context.signal }).catch(() => {});
  }
  return { text: '', data: null };
}
