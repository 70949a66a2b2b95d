// Claude Code, of a version whose screen overstory knows.
import { type Check, type MachinePlace, ok, older, versionOf } from '../check.ts';

/** The oldest Claude Code whose prompt overstory recognises. */
const leastClaude = [2, 1, 71] as const;

export const claude: Check<MachinePlace> = {
  name: 'claude',
  async look({ ov }) {
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    const version = await versionOf('claude', '--version');
    if (version !== null && !older(version, leastClaude)) return ok(`Claude Code ${version.join('.')}`);
    return {
      state: 'failed',
      says: `Expected Claude Code ${leastClaude.join('.')} or newer, got ${version?.join('.') ?? 'none'}.`,
      mend: 'Install @anthropic-ai/claude-code 2.1.71 in the runtime.',
    };
  },
};
