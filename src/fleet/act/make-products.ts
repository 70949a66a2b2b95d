// A product that came into products.yaml while fleetd runs is made ready at once, and another one when a human asks: a
// restart of the runtime would do it too, and end the sessions of all others.
import { FleetError } from '../../common/errors.ts';
import { productMade } from '../../journal/product-facts.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';

export interface Made {
  done: string[];
  error: FleetError | null;
}

/** @param afterwards  called when one was made or could not be: it is looked at again, and watched */
export function createMaking(
  { runtime, journal, beingMade }: FleetContext,
  afterwards: (product: string) => void,
) {
  const making = new Map<string, Promise<Made>>();

  async function make(product: Product, anew: boolean): Promise<Made> {
    const { name } = product;
    beingMade.set(name, 'being made ready');
    const made = await runtime.make(product, { ...product, anew }).then(
      (done): Made => ({ done, error: null }),
      (thrown): Made => ({ done: [], error: FleetError.wrap(thrown, name) }),
    );
    ended(name, made);
    return made;
  }

  function ended(name: string, { done, error }: Made): void {
    beingMade.delete(name);
    if (!journal.isOpen()) return;
    const place = journal.placement(name);
    // What was there already is its workspace as well: it is expected there from now on, and may be moved.
    const found = error === null && place?.runtime != null && !place.made;
    if (done.length > 0 || error !== null || found) journal.record(productMade(name, done, error));
    afterwards(name);
  }

  /** One at a time of a product. Never rejects. @param anew  a human asked for it */
  function makeOnce(product: Product, anew = false): Promise<Made> {
    const running =
      making.get(product.name) ?? make(product, anew).finally(() => making.delete(product.name));
    making.set(product.name, running);
    return running;
  }

  return {
    make: makeOnce,
    /** Whoever starts the fleet makes these ready, and tells of each when it is. Before the runtime is connected. */
    expect(products: readonly Pick<Product, 'name'>[]): void {
      for (const { name } of products) beingMade.set(name, 'waiting for its turn');
    },
    /** @param doing  what is done to it now, in words */
    told: (product: string, doing: string) => void beingMade.set(product, doing),
    /** It is ready, or could not be made so. */
    ended,
    /** Of those that are new in products.yaml; while the runtime is out of reach nothing is asked: its start makes them. */
    makeNew(before: ReadonlySet<string>, products: readonly Product[]): void {
      for (const product of products)
        if (
          !before.has(product.name) &&
          product.overstory &&
          runtime.link(product.name).state === 'connected'
        )
          void makeOnce(product);
    },
  };
}
