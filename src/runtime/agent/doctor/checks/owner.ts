// overstory's databases may be written by this user.
import { join } from 'node:path';
import type { Place } from '../../maintenance/place.ts';
import { requireOwner } from '../../maintenance/prepare.ts';
import { type Check, ok } from '../check.ts';

export const owner: Check<Place> = {
  name: 'owner',
  async look({ folder }) {
    await requireOwner(join(folder, '.overstory'));
    return ok('its databases may be written');
  },
};
