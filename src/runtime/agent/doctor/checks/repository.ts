// The product is a git repository that agents can commit in.
import type { Place } from '../../maintenance/place.ts';
import { requireGit } from '../../maintenance/prepare.ts';
import { type Check, ok } from '../check.ts';

export const repository: Check<Place> = {
  name: 'repository',
  async look({ folder, product }) {
    await requireGit(folder, product.name);
    return ok('its own git root, a commit, an identity');
  },
};
