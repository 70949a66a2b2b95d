// No other project here has the product's project name: they would share a tmux session.

import { requireOwnName } from '../../maintenance/names.ts';
import type { Place } from '../../maintenance/place.ts';
import { type Check, ok } from '../check.ts';

export const name: Check<Place> = {
  name: 'name',
  async look(place) {
    await requireOwnName(place);
    return ok('its project name is its own');
  },
};
