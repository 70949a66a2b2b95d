// git, as new as overstory wants it.
import { type Check, type MachinePlace, ok, older, versionOf } from '../check.ts';

/** The first git whose merge-tree overstory's predictions use. */
const leastGit = [2, 40] as const;

export const git: Check<MachinePlace> = {
  name: 'git',
  async look() {
    const version = await versionOf('git', '--version');
    if (version === null)
      return { state: 'failed', says: 'Expected git, got none.', mend: 'Install git in the runtime.' };
    if (!older(version, leastGit)) return ok(`git ${version.join('.')}`);
    return {
      state: 'warning',
      says: `Expected git ${leastGit.join('.')} or newer, got ${version.join('.')}: merges work, their predictions fail.`,
      mend: 'Install a newer git in the runtime.',
    };
  },
};
