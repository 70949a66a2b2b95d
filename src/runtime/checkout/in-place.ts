// `checkout: in-place`: overstory works in the human's own folder, because products.yaml says so. `ov merge` there commits
// what is staged, stashes what is changed, deletes untracked files in its way and switches to canonicalBranch, each time
// with success. So it is refused while a human's work would be in its way.
import { dirname } from 'node:path';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import { readCanonicalBranch } from '../../overstory/config.ts';
import { ovFailure } from '../../overstory/errors.ts';
import { gitFoldersOf } from './git-folder.ts';
import { runGit } from './run-git.ts';
import { isThere } from './source.ts';

/** What git keeps while something is unfinished, and how a human ends it. */
const unfinished = [
  ['MERGE_HEAD', 'a merge', 'git merge'],
  ['rebase-merge', 'a rebase', 'git rebase'],
  ['rebase-apply', 'a rebase', 'git rebase'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick', 'git cherry-pick'],
  ['REVERT_HEAD', 'a revert', 'git revert'],
  ['BISECT_LOG', 'a bisect', 'git bisect'],
] as const;

export const ownInstead =
  'Or take `checkout: in-place` out of products.yaml: agents then work in a clone of their own.';

type Refuse = (code: ErrorCode, message: string, mend: string) => never;
const refuseFor =
  (product: string): Refuse =>
  (code, message, mend) => {
    throw new FleetError({ code, product, message, mend: `${mend} ${ownInstead}` });
  };

/**
 * @param folder  resolved, the top of a git repository
 * @throws FleetError PRODUCT_IS_WORKTREE, PRODUCT_UNFINISHED, PRODUCT_OTHER_BRANCH, PRODUCT_DIRTY
 */
export async function requireUntouched(folder: string, product: string): Promise<void> {
  const refuse: Refuse = refuseFor(product);
  const branch = await requireEnded(folder, product, refuse);
  const wanted = (await readCanonicalBranch(folder)) ?? 'main';
  if (branch !== wanted)
    refuse(
      'PRODUCT_OTHER_BRANCH',
      `Expected ${folder} to be on ${wanted}, which overstory merges into, got ${branch || 'a detached HEAD'}.`,
      `\`git switch ${wanted}\`, or name the other one as project.canonicalBranch in .overstory/config.yaml.`,
    );
  await requireClean(folder, refuse);
}

/**
 * The same of a folder that `ov init` is to work in: it makes the branch that it finds the canonical one.
 * @throws FleetError PRODUCT_IS_WORKTREE, PRODUCT_UNFINISHED, PRODUCT_OTHER_BRANCH, PRODUCT_DIRTY
 */
export async function requireNothingOpen(folder: string, product: string): Promise<void> {
  const refuse: Refuse = refuseFor(product);
  if ((await requireEnded(folder, product, refuse)) === '')
    refuse(
      'PRODUCT_OTHER_BRANCH',
      `Expected ${folder} to be on the branch that overstory is to merge into, got a detached HEAD.`,
      '`git switch` to it.',
    );
  await requireClean(folder, refuse);
}

/** @returns the branch; '': HEAD is detached */
async function requireEnded(folder: string, product: string, refuse: Refuse): Promise<string> {
  const own = await requireOwnRepository(folder, product, ` ${ownInstead}`);
  const open = await unfinishedIn(own);
  if (open !== null)
    refuse(
      'PRODUCT_UNFINISHED',
      `Expected nothing unfinished in ${folder}, got ${open.what}.`,
      `End it: ${open.end}.`,
    );
  return (await runGit(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD'])).stdout.trim();
}

async function requireClean(folder: string, refuse: Refuse): Promise<void> {
  const status = await runGit(folder, [
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--ignore-submodules=dirty',
  ]);
  const changed = status.stdout
    .split('\n')
    .flatMap((line) => (line === '' || ofOverstory.test(line.slice(3)) ? [] : line.slice(3)));
  if (changed.length === 0) return;
  const names = `${changed.slice(0, 3).join(', ')}${changed.length > 3 ? ', …' : ''}`;
  refuse(
    'PRODUCT_DIRTY',
    `Expected no uncommitted changes in ${folder}, got ${changed.length}: ${names}.`,
    changed.every((file) => file === '.gitattributes')
      ? 'Commit it: `ov init` wrote its lines there, and its own commit was refused.'
      : 'Commit or stash them.',
  );
}

/**
 * @param instead  another way out, for the mend
 * @returns its git directory
 * @throws FleetError PRODUCT_IS_WORKTREE
 */
export async function requireOwnRepository(folder: string, product: string, instead = ''): Promise<string> {
  const found = await gitFoldersOf(folder);
  if (found === null) throw ovFailure(`fatal: not a git repository: ${folder}`);
  if (found.own === found.common) return found.own;
  const main = dirname(found.common);
  throw new FleetError({
    code: 'PRODUCT_IS_WORKTREE',
    product,
    message: `Expected ${folder} to be a repository of its own, got a linked worktree of ${main}, in which overstory would work.`,
    mend: `Give ${main} as the product's path.${instead}`,
  });
}

/** The first that a human has begun and not ended, and how it is ended. @param gitFolder  of the checkout */
export async function unfinishedIn(gitFolder: string): Promise<{ what: string; end: string } | null> {
  for (const [file, what, command] of unfinished) {
    if (!(await isThere(`${gitFolder}/${file}`))) continue;
    const end = command === 'git bisect' ? '`git bisect reset`' : `\`${command} --continue\` or \`--abort\``;
    return { what, end };
  }
  return null;
}

/** Its own state, which sessions leave changed: `ov merge` commits it by itself. */
const ofOverstory = /^"?(?:\.overstory|\.mulch|\.seeds|\.canopy|\.claude)\//;
