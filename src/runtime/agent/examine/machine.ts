// What every product of this runtime depends on.
import { statfs } from 'node:fs/promises';
import { execa } from 'execa';
import type { Finding } from '../../protocol.ts';
import type { Ov } from '../ov.ts';
import { keepKeeper } from '../tend/prepare.ts';
import { tmux } from '../tend/tmux.ts';

export interface Check<P> {
  name: string;
  /** @throws FleetError when it fails for a reason that has a code */
  look(place: P, fix: boolean): Promise<Pick<Finding, 'state' | 'says'> & { mend?: string }>;
}

export interface MachinePlace {
  workspaceRoot: string;
  ov: Ov;
}

const leastFreeBytes = 1024 ** 3;
/** The first git whose merge-tree overstory's predictions use. */
const leastGit = [2, 40] as const;
/** The oldest Claude Code whose prompt overstory recognises. */
const leastClaude = [2, 1, 71] as const;

const ok = (says: string) => ({ state: 'ok', says }) as const;

async function versionOf(program: string, flag: string): Promise<number[] | null> {
  const { failed, stdout } = await execa(program, [flag], {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  });
  const found = failed ? null : /(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0));
}

function older(version: readonly number[], least: readonly number[]): boolean {
  const at = least.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}

export const machineChecks: Check<MachinePlace>[] = [
  {
    name: 'ov',
    async look({ ov }) {
      const { version, simulated } = await ov.features();
      return ok(`overstory ${version}${simulated ? ' (the simulator)' : ''}`);
    },
  },
  {
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
  },
  {
    name: 'tmux',
    async look(_place, fix) {
      if ((await versionOf('tmux', '-V')) === null)
        return { state: 'failed', says: 'Expected tmux, got none.', mend: 'Install tmux in the runtime.' };
      if (!(await tmux('has-session', '-t', '=keeper')).failed) return ok('the keeper session is there');
      if (fix) return { state: 'fixed', says: (await keepKeeper()) ?? 'the keeper session is there' };
      return {
        state: 'warning',
        says: 'Expected a keeper session in tmux, got none: the next stop may fail.',
        mend: '`fleet doctor --fix`; every start does it too.',
      };
    },
  },
  {
    name: 'disk',
    async look({ workspaceRoot }) {
      const { bavail, bsize } = await statfs(workspaceRoot);
      const gib = ((bavail * bsize) / 1024 ** 3).toFixed(1);
      if (bavail * bsize >= leastFreeBytes) return ok(`${gib} GiB free`);
      return {
        state: 'failed',
        says: `Expected at least 1 GiB free in ${workspaceRoot}, got ${gib} GiB.`,
        mend: 'Make room: parked worktrees (`ov worktree clean`), old logs under .overstory/logs.',
      };
    },
  },
  {
    name: 'key',
    async look({ ov }) {
      if ((await ov.features()).simulated) return ok('none needed by the simulator');
      const {
        ANTHROPIC_API_KEY: key,
        ANTHROPIC_AUTH_TOKEN: token,
        CLAUDE_CODE_OAUTH_TOKEN: oauth,
      } = process.env;
      const mend =
        'Set ANTHROPIC_API_KEY in .env and restart the runtime: the tmux server keeps its environment.';
      if (key && !/^sk-ant-\S{20,}$/.test(key))
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
  },
  {
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
  },
];
