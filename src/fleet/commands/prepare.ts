// `fleet prepare`: a product is made ready while the others work.
import { FleetError } from '../../common/errors.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { Product } from '../../registry/registry.ts';
import type { createMaking } from '../act/make-products.ts';
import type { FleetContext } from '../context.ts';

/** Longer is not waited for: a clone goes on, and is told when it is done. */
const waitMs = 20_000;

export function createPrepare(
  { journal, clock }: FleetContext,
  { requireProduct }: { requireProduct(name: string): Product },
  making: ReturnType<typeof createMaking>,
) {
  /** @throws FleetError PRODUCT_UNKNOWN, PRODUCT_NOT_MANAGED, PRODUCT_BUSY; of Runtime.make() */
  return async (asked: string): Promise<ControlReply> => {
    const product = requireProduct(asked);
    const { name } = product;
    const live = journal.liveSession(name);
    if (live !== null)
      throw new FleetError({
        code: 'PRODUCT_BUSY',
        product: name,
        message: `Expected nothing at work on ${name}, got ${live.objective}.`,
        mend: `Nothing needs to be prepared while it works; else stop it first: \`fleet stop ${name}\`.`,
      });
    if (!product.overstory)
      return { verb: 'prepare', changed: false, text: `${name} is listed only: overstory is off for it.` };
    let cancel = () => {};
    const late = new Promise<null>((resolve) => {
      cancel = clock.after(waitMs, () => resolve(null));
    });
    const made = await Promise.race([making.make(product, true), late]).finally(cancel);
    const said = { verb: 'prepare' };
    if (made === null)
      return {
        ...said,
        changed: true,
        pending: true,
        text: `${name} is being made ready; \`fleet events --product ${name}\` tells when it is.`,
      };
    if (made.error !== null) throw made.error;
    if (made.done.length === 0) return { ...said, changed: false, text: `${name} is ready already.` };
    return { ...said, changed: true, text: `${name} is ready: ${made.done.join(', ')}.` };
  };
}
