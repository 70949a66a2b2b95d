// What one product's start depends on: the same steps as `prepare`, looked at one by one.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSeeded } from '../../prepare/claude.ts';
import type { Place } from '../tend/index.ts';
import { removeStaleWatchdog, requireGit, requireOwner, requireOwnName, seedTrust } from '../tend/prepare.ts';
import type { Check } from './machine.ts';

const ok = (says: string) => ({ state: 'ok', says }) as const;

export const productChecks: Check<Place>[] = [
  {
    name: 'repository',
    async look({ folder, product }) {
      await requireGit(folder, product.name);
      return ok('its own git root, a commit, an identity');
    },
  },
  {
    name: 'owner',
    async look({ folder }) {
      await requireOwner(join(folder, '.overstory'));
      return ok('its databases may be written');
    },
  },
  {
    name: 'name',
    async look(place) {
      await requireOwnName(place);
      return ok('its project name is its own');
    },
  },
  {
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
  },
  {
    name: 'trust',
    async look({ folder, ov }, fix) {
      if ((await ov.features()).simulated) return ok('none needed by the simulator');
      if (await isSeeded(homedir(), folder)) return ok('Claude Code knows this root');
      if (fix) return { state: 'fixed', says: (await seedTrust(folder)) ?? 'Claude Code knows this root' };
      return {
        state: 'warning',
        says: 'Expected Claude Code to trust this root, got none of it: a session would stop at a dialog.',
        mend: '`fleet doctor --fix`; every start does it too.',
      };
    },
  },
];
