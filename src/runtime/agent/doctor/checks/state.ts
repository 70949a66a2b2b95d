// Nothing in the repository's state would lose the work of a session, or waste it.
import type { Place } from '../../maintenance/place.ts';
import { concernsAt } from '../../maintenance/state.ts';
import { type Check, ok } from '../check.ts';

export const state: Check<Place> = {
  name: 'state',
  async look(place) {
    const concerns = await concernsAt(place);
    if (concerns.length === 0) return ok('on a branch, nothing unfinished, commits can be made');
    return {
      state: concerns.some(({ weight }) => weight === 'wastes') ? 'failed' : 'warning',
      says: concerns.map(({ code, says }) => `${code}: ${says}`).join(' '),
      mend: concerns.map(({ mend }) => mend).join(' '),
    };
  },
};
