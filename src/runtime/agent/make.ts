// Makes one product ready as the start of the runtime does for all: cloned, or a sample, and known to `ov`. So that a product
// which comes later needs no restart, which would end the sessions of the others.
import { FleetError } from '../../common/errors.ts';
import type { HowMade, ProductRef } from '../../contract/runtime/protocol.ts';
import { makeProduct } from '../bootstrap/products.ts';
import { boundOf, productFolder } from './confine.ts';
import { findProduct, type Roots } from './find.ts';
import type { Ov } from './ov.ts';

type Asked = HowMade & { product: ProductRef };

export function createMaker(ov: Ov, roots: Roots) {
  /** A clone may take minutes, and who asks again meanwhile waits for the same. */
  const making = new Map<string, Promise<{ done: string[] }>>();

  async function make({ product, ...how }: Asked): Promise<{ done: string[] }> {
    const { name, root, source = null, checkout = 'own' } = product;
    // Neither leads out of its folder, whatever lies there.
    await productFolder(boundOf(roots, product), product);
    if (source !== null && roots.projectsRoot !== null)
      await productFolder(roots.projectsRoot, { name, root: source });
    if (product.expect && !how.anew) {
      const { why } = await findProduct(roots, product);
      if (why?.code === 'WORKSPACE_LOST') throw why;
    }
    const done: string[] = [];
    try {
      await makeProduct(
        { name, root, source, checkout, overstory: true, ...how },
        {
          features: await ov.features(),
          samples: roots.projectsRoot === null,
          onProgress: (sentence) => console.error(sentence),
        },
        done,
      );
    } catch (thrown) {
      throw FleetError.wrap(thrown, name);
    }
    return { done };
  }

  /** @throws FleetError PATH_ESCAPES, WORKSPACE_LOST, and of makeProduct() */
  return (asked: Asked): Promise<{ done: string[] }> => {
    const { name } = asked.product;
    const running = making.get(name) ?? make(asked).finally(() => making.delete(name));
    making.set(name, running);
    return running;
  };
}
