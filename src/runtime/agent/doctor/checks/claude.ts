// Claude Code, of a version that works together with this overstory.
import { pairOf, rangeText, readVersion, recommendedClaude } from '../../../../overstory/pairs.ts';
import { ask, type Check, type MachinePlace, ok } from '../check.ts';

export const claude: Check<MachinePlace> = {
  name: 'claude',
  async look({ ov }) {
    const { simulated, version } = await ov.features();
    if (simulated) return ok('none needed by the simulator');
    const found = await ask('claude', '--version');
    const install = `Install @anthropic-ai/claude-code@${recommendedClaude} in the runtime (CLAUDE_CODE of .env).`;
    if ('problem' in found) return { mend: install, ...found.problem };
    const claude = found.version.join('.');
    const pair = pairOf(readVersion(version) ?? [], found.version);
    if (pair === null)
      return ok(
        `Claude Code ${claude}; not tried with overstory ${version}, nothing is known against it (docs/overstory.md)`,
      );
    if (pair.works) return ok(`Claude Code ${claude}, tried with overstory ${version}`);
    return {
      state: 'failed',
      says: `Expected a Claude Code that works with overstory ${version}, got ${claude} (${rangeText(pair.claude)}): ${pair.what}. Known from ${pair.evidence}.`,
      mend: install,
    };
  },
};
