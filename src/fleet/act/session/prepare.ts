// The product is made ready for a session by its agent, and what is known against its repository is told.
import { isDeepStrictEqual } from 'node:util';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';

/** What every session needs before it begins. @throws what prepare said */
export async function prepareFor(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<void> {
  const { runtime, registry, log } = context;
  const maxWorkers = product.caps.maxWorkers ?? registry.current().scheduling.maxWorkersPerSession;
  const prepared = await runtime.maintain(product, { kind: 'prepare', maxWorkers });
  for (const step of prepared.done) log.info({ product: product.name }, step);
  noteCautions(context, session, prepared.left);
}

/** Once for an objective, as long as they are the same: told with its plan, in its result and where nobody asked for it. */
function noteCautions({ journal }: FleetContext, session: SessionRow, cautions: string[]): void {
  const { objective, product } = session;
  if (cautions.length === 0 || isDeepStrictEqual(cautions, journal.cautionsBefore(objective))) return;
  journal.record({
    kind: 'session.cautioned',
    product,
    objective,
    text: `Before ${objective} on ${product} begins: ${cautions.join(' ')}`,
    data: { session: session.id, cautions },
  });
}
