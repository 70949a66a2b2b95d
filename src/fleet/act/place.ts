// A product gets its place on one of several runtimes. From then on its workspace is there, and only there.
import { productPlaced } from '../../journal/product-facts.ts';
import type { Product } from '../../registry/registry.ts';
import type { Placing } from '../../scheduler/runtime-state.ts';
import { type FleetContext, productOf } from '../context.ts';

/** Journals each place, one epoch above the last. @returns those that are to be made ready there */
export function place(
  context: Pick<FleetContext, 'journal' | 'registry'>,
  placings: readonly Placing[],
): Product[] {
  const { journal } = context;
  journal.record(
    ...placings.map(({ product, runtime, numbers }) =>
      productPlaced(product, { runtime, epoch: (journal.placement(product)?.epoch ?? 0) + 1, numbers }),
    ),
  );
  return placings.flatMap(({ product }) => productOf(context, product) ?? []);
}
