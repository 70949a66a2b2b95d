// The product is a git repository that agents can commit in.
import type { Place } from '../../tend/index.ts';
import { requireGit } from '../../tend/prepare.ts';
import { type Check, ok } from '../check.ts';

export const repository: Check<Place> = {
  name: 'repository',
  async look({ folder, product }) {
    await requireGit(folder, product.name);
    return ok('its own git root, a commit, an identity');
  },
};
