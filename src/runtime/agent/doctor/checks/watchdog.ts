// A watchdog.pid that names a process that is something else by now.
import type { Place } from '../../maintenance/place.ts';
import { removeStaleWatchdog } from '../../maintenance/prepare.ts';
import { type Check, ok } from '../check.ts';

export const watchdog: Check<Place> = {
  name: 'watchdog',
  async look({ folder }, fix) {
    const stale = await removeStaleWatchdog(folder, !fix);
    if (stale === null) return ok('no stale watchdog.pid');
    if (fix) return { state: 'fixed', says: stale };
    return {
      state: 'warning',
      says: `Expected no stale watchdog.pid, got one: ${stale}`,
      mend: '`fleet doctor --fix`; every start does it too.',
    };
  },
};
