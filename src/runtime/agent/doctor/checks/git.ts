// git, as new as overstory wants it.
import { older } from '../../../../overstory/pairs.ts';
import { ask, type Check, type MachinePlace, ok } from '../check.ts';

/** The first git whose merge-tree overstory's predictions use. */
const leastGit = [2, 40] as const;

export const git: Check<MachinePlace> = {
  name: 'git',
  async look() {
    const found = await ask('git', '--version');
    if ('problem' in found) return { mend: 'Install git in the runtime.', ...found.problem };
    const { version } = found;
    if (!older(version, leastGit)) return ok(`git ${version.join('.')}`);
    return {
      state: 'warning',
      says: `Expected git ${leastGit.join('.')} or newer, got ${version.join('.')}: merges work, their predictions fail.`,
      mend: 'Install a newer git in the runtime.',
    };
  },
};
