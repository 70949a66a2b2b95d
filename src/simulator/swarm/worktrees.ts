// git as the swarm uses it: worktrees under .overstory/worktrees, commits, merges. Every call is argv.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OvFailure } from '../cli/failure.ts';
import { run } from '../processes.ts';

export interface Worktree {
  path: string;
  head: string;
  branch: string;
}

/** What git says, before it has made anything, while another worktree is being made. */
const halfMade = /failed to read \S+commondir/;

/** @throws OvFailure with git's own words, e.g. dubious ownership */
async function git(cwd: string, ...args: string[]): Promise<string> {
  for (let again = 0; ; again++) {
    const { exit, stdout, stderr } = await run('git', args, cwd);
    if (exit === 0) return stdout.trimEnd();
    if (again === 10 || !halfMade.test(stderr))
      throw new OvFailure(`git ${args.join(' ')} failed (exit ${exit}): ${stderr.trim()}`, 'WORKTREE_ERROR');
    await sleep(20);
  }
}

/** All worktrees of the repository, its root first. */
export async function listWorktrees(root: string): Promise<Worktree[]> {
  const text = await git(root, 'worktree', 'list', '--porcelain');
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(block)?.[1] ?? '';
      return {
        path: field('worktree'),
        head: field('HEAD'),
        branch: field('branch').replace(/^refs\/heads\//, ''),
      };
    });
}

export async function currentBranch(root: string): Promise<string> {
  return git(root, 'rev-parse', '--abbrev-ref', 'HEAD');
}

export async function branchExists(root: string, branch: string): Promise<boolean> {
  return (await run('git', ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], root)).exit === 0;
}

/** New branch and worktree off `base`, else the root's current branch. @returns the worktree's folder */
export async function addWorktree(
  root: string,
  agentName: string,
  branch: string,
  base?: string,
): Promise<string> {
  const path = join(root, '.overstory', 'worktrees', agentName);
  // In two steps: where the second is refused because another one is half made, the first is done.
  await git(root, 'branch', branch, base ?? (await currentBranch(root)));
  await git(root, 'worktree', 'add', path, branch);
  return path;
}

/** @returns whether it went; a worktree with uncommitted work stays unless forced */
export async function removeWorktree(root: string, path: string, force: boolean): Promise<boolean> {
  return (await run('git', ['worktree', 'remove', ...(force ? ['--force'] : []), path], root)).exit === 0;
}

export async function deleteBranch(root: string, branch: string): Promise<boolean> {
  return (await run('git', ['branch', '-D', branch], root)).exit === 0;
}

/** Commits exactly these files; an agent's identity is used so that it works without a configured one. */
export async function commitFiles(
  worktree: string,
  author: string,
  message: string,
  files: string[],
): Promise<void> {
  await git(worktree, 'add', '--', ...files);
  await git(
    worktree,
    '-c',
    `user.name=${author}`,
    '-c',
    `user.email=${author}@ov-sim.invalid`,
    'commit',
    '--quiet',
    '-m',
    message,
  );
}

/** What overstory keeps in a product: a change of it holds no merge up. */
const stateFiles = /^(?:CLAUDE\.md$|\.(?:seeds|overstory|greenhouse|mulch|canopy|claude)\/)/;

/**
 * Why `ov merge` would not begin in `cwd`, in its own words; null: it would. The work of a human in there is theirs: the
 * simulator neither stashes nor commits it, so it refuses wherever that would be needed.
 */
export async function mergeRefusal(cwd: string): Promise<string | null> {
  const names = async (...args: string[]) => (await git(cwd, 'diff', '--name-only', ...args)).split('\n');
  const changed = new Set([...(await names()), ...(await names('--cached'))]);
  const dirty = [...changed].filter((file) => file !== '' && !stateFiles.test(file));
  if (dirty.length === 0 && !(await isMerging(cwd))) return null;
  const files = dirty.length > 0 ? dirty.join(', ') : 'MERGE_HEAD';
  return `Working tree has uncommitted changes to tracked files: ${files}. Commit or stash changes before running ov merge.`;
}

async function isMerging(cwd: string): Promise<boolean> {
  return (await run('git', ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD'], cwd)).exit === 0;
}

/**
 * Merges `branch` into what is checked out in `cwd`. A merge that fails is undone, if it was this one that began it.
 * @returns the reason, ov's or git's, or null
 */
export async function mergeBranch(cwd: string, author: string, branch: string): Promise<string | null> {
  const refusal = await mergeRefusal(cwd);
  if (refusal !== null) return refusal;
  const identity = ['-c', `user.name=${author}`, '-c', `user.email=${author}@ov-sim.invalid`];
  const merged = await run('git', [...identity, 'merge', '--no-ff', '--no-edit', '--quiet', branch], cwd);
  if (merged.exit === 0) return null;
  if (await isMerging(cwd)) await run('git', ['merge', '--abort'], cwd);
  return (merged.stderr.trim() || merged.stdout.trim()).slice(0, 400);
}

export async function changedFiles(root: string, base: string, branch: string): Promise<string[]> {
  return (await git(root, 'diff', '--name-only', `${base}...${branch}`))
    .split('\n')
    .filter((file) => file !== '');
}

/** Tracked files of the repository, at most `limit`. */
export async function trackedFiles(root: string, limit: number): Promise<{ files: string[]; total: number }> {
  const files = (await git(root, 'ls-files')).split('\n').filter((file) => file !== '');
  return { files: files.slice(0, limit), total: files.length };
}
