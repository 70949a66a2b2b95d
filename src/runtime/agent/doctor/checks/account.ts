// The key of the product's account is where products.yaml says. It is never shown.
import { FleetError } from '../../../../common/errors.ts';
import { keyEnvironment } from '../../account-key.ts';
import type { Place } from '../../maintenance/place.ts';
import { type Check, ok } from '../check.ts';

export const account: Check<Place> = {
  name: 'account',
  async look({ product, ov }) {
    if (!product.key) return ok("runs on the key of the runtime's environment");
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    try {
      await keyEnvironment(product);
      return ok(`its key is in the ${product.key.from} ${product.key.name}`);
    } catch (thrown) {
      const { message, mend } = FleetError.wrap(thrown);
      return { state: 'failed', says: message, mend };
    }
  },
};
