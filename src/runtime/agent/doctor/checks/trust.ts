// Claude Code trusts the root, so that no dialog waits for a human who is not there.
import { homedir } from 'node:os';
import { isSeeded } from '../../../bootstrap/claude.ts';
import { ownApiKey } from '../../account-key.ts';
import { homeIsHumans, seedTrust } from '../../maintenance/claude-home.ts';
import type { Place } from '../../maintenance/place.ts';
import { type Check, ok } from '../check.ts';

export const trust: Check<Place> = {
  name: 'trust',
  async look({ folder, ov, product }, fix) {
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    if (await isSeeded(homedir(), folder, await ownApiKey(product))) return ok('Claude Code knows this root');
    if (fix)
      return { state: 'fixed', says: (await seedTrust(folder, product)) ?? 'Claude Code knows this root' };
    return {
      state: 'warning',
      says: 'Expected Claude Code to trust this root, got none of it: a session would stop at a dialog.',
      mend: homeIsHumans()
        ? '`fleet doctor --fix`: it writes so into your ~/.claude.json and ~/.claude/settings.json. Starts do not write there, they refuse.'
        : '`fleet doctor --fix`; every start does it too.',
    };
  },
};
