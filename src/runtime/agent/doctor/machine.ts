// What every product of this runtime depends on.
import { statfs } from 'node:fs/promises';
import { bytes } from '../../../common/units.ts';
import { older, pairOf, rangeText, readVersion, recommendedClaude } from '../../../overstory/pairs.ts';
import { keepKeeper } from '../maintenance/prepare.ts';
import { tmux as onServer } from '../maintenance/tmux.ts';
import { ask, type Check, type MachinePlace, ok } from './check.ts';

/** Which overstory this is, and that it is one the fleet knows (0.9.4 to 0.11.0). */
export const ov: Check<MachinePlace> = {
  name: 'ov',
  async look({ ov }) {
    const { version, simulated } = await ov.features();
    return ok(`overstory ${version}${simulated ? ' (the simulator)' : ''}`);
  },
};

/** The first git whose merge-tree overstory's predictions use. */
const leastGit = [2, 40] as const;

/** git, as new as overstory wants it. */
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

/** tmux, and the session that keeps its server alive. */
export const tmux: Check<MachinePlace> = {
  name: 'tmux',
  async look(_place, fix) {
    const found = await ask('tmux', '-V');
    if ('problem' in found) return { mend: 'Install tmux in the runtime.', ...found.problem };
    if (!(await onServer('has-session', '-t', '=keeper')).failed) return ok('the keeper session is there');
    if (fix) return { state: 'fixed', says: (await keepKeeper()) ?? 'the keeper session is there' };
    return {
      state: 'warning',
      says: 'Expected a keeper session in tmux, got none: the next stop may fail.',
      mend: '`fleet doctor --fix`; every start does it too.',
    };
  },
};

const leastFreeBytes = 1024 ** 3;

/** Room on the disk of the workspace. */
export const disk: Check<MachinePlace> = {
  name: 'disk',
  async look({ workspaceRoot }) {
    const { bavail, bsize } = await statfs(workspaceRoot);
    const freeBytes = bavail * bsize;
    if (freeBytes >= leastFreeBytes) return ok(`${bytes(freeBytes)} free`);
    return {
      state: 'failed',
      says: `Expected at least ${bytes(leastFreeBytes)} free in ${workspaceRoot}, got ${bytes(freeBytes)}.`,
      mend: 'Make room: parked worktrees (`ov worktree clean`), old logs under .overstory/logs.',
    };
  },
};

/** A key for the workers' model: there, and of the right shape. It is never shown. */
export const key: Check<MachinePlace> = {
  name: 'key',
  async look({ ov }) {
    if ((await ov.features()).simulated) return ok('none needed by the simulator');
    const {
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_AUTH_TOKEN: token,
      CLAUDE_CODE_OAUTH_TOKEN: oauth,
      ANTHROPIC_BASE_URL: elsewhere,
    } = process.env;
    const mend =
      'Set ANTHROPIC_API_KEY in .env and run `docker compose up -d` (without Docker: set it and start again); a restart keeps the old environment.';
    // Another server than Anthropic's has keys of its own shape.
    if (key && !elsewhere && !/^sk-ant-\S{20,}$/.test(key))
      return {
        state: 'failed',
        says: 'Expected ANTHROPIC_API_KEY to look like sk-ant-…, got another shape.',
        mend,
      };
    if (key || token || oauth) return ok('present');
    return {
      state: 'warning',
      says: 'Expected a key for the workers’ model, got none in the environment.',
      mend,
    };
  },
};

/** Claude Code, of a version that works together with this overstory. */
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
