// Before each session: what the human committed since comes into the fleet's checkout. Where git merges it without a
// conflict that is done here, because overstory's hooks let a coordinator run no `git merge`; where it does not, the coordinator
// is told, and gives it to a builder, whose worktree is the place to resolve it in. Nothing is ever taken away from the checkout.
import { count } from '../../common/units.ts';
import { readCanonicalBranch } from '../../overstory/config.ts';
import { gitFoldersOf } from './git-folder.ts';
import { fillLargeFiles } from './large-files.ts';
import { anyProtocol, refspecs, sourceHead } from './make.ts';
import type { CheckoutRecord } from './record.ts';
import { reasonOf, runGit } from './run-git.ts';

/** A session does not wait longer than this for a network; it starts on what is here. */
const fetchMs = 15_000;
/** Made by overstory and its sister tools: commits of these alone are no work. */
export const scaffold =
  /^(?:\.overstory\/|\.mulch\/|\.seeds\/|\.canopy\/|\.claude\/|\.gitattributes$|CLAUDE\.md$)/;

export interface Standing {
  /** the branch that work is merged into here */
  branch: string;
  /** what it follows: a ref of this checkout */
  base: string;
  /** how the source calls it, e.g. `main`, or `its HEAD` */
  called: string;
  /** commits of the source that are not in the branch yet */
  behind: number;
  /** commits of the branch that the source does not have */
  ahead: number;
  /** those touch files that are not overstory's own */
  work: boolean;
}

/** What overstory merges into here. */
export async function workBranch(root: string, record: CheckoutRecord): Promise<string> {
  const named = await readCanonicalBranch(root);
  const is =
    named !== null &&
    named !== record.branch &&
    (await runGit(root, ['rev-parse', '--verify', '--quiet', `refs/heads/${named}`])).ok;
  return is ? named : record.branch;
}

/** Where the checkout stands against what it was last told of its source; null: there is nothing to compare. */
export async function standingOf(root: string, record: CheckoutRecord): Promise<Standing | null> {
  const counts = await countsOf(root, record);
  if (counts === null) return null;
  const { base, branch, ahead } = counts;
  const touched =
    ahead === 0 ? null : await runGit(root, ['diff', '--name-only', `${base}...refs/heads/${branch}`]);
  const work = touched?.stdout.split('\n').some((path) => path !== '' && !scaffold.test(path)) ?? false;
  return { ...counts, work };
}

/** The same without a look into what its own commits touch. */
export async function countsOf(root: string, record: CheckoutRecord): Promise<Omit<Standing, 'work'> | null> {
  const branch = await workBranch(root, record);
  const base = record.follows === null ? sourceHead : `refs/remotes/origin/${record.follows}`;
  const counted = await runGit(root, [
    'rev-list',
    '--left-right',
    '--count',
    `${base}...refs/heads/${branch}`,
  ]);
  const [behind, ahead] = counted.stdout.trim().split(/\s+/).map(Number);
  if (!counted.ok || behind === undefined || ahead === undefined) return null;
  return { branch, base, called: record.follows ?? 'its HEAD', behind, ahead };
}

/**
 * Looks at the source, and changes no branch.
 * @param root  of a checkout that the fleet made
 * @returns what was done, in words; a source out of reach is said
 */
async function fetchSource(root: string, record: CheckoutRecord): Promise<string[]> {
  const before = await tips(root);
  const hasHead =
    record.local && (await runGit(record.from, ['rev-parse', '--verify', '--quiet', 'HEAD'])).ok;
  const fetched = await runGit(
    root,
    [
      'fetch',
      '--quiet',
      '--prune',
      '--no-write-fetch-head',
      '--update-shallow',
      '--tags',
      record.from,
      ...refspecs({ commit: hasHead ? 'HEAD' : null }),
    ],
    { protocols: record.local ? 'file' : anyProtocol, timeoutMs: fetchMs },
  );
  if (!fetched.ok) return [`could not look for new commits in ${record.from}: ${reasonOf(fetched)}`];
  return record.local && (await keepLost(root, before))
    ? ['kept commits that the source reaches no more']
    : [];
}

/**
 * @param root  of a checkout that the fleet made
 * @returns what was done, in words; a source out of reach is said, and is no reason not to start
 */
export async function refresh(root: string, record: CheckoutRecord): Promise<string[]> {
  const done = await fetchSource(root, record);
  done.push(...(await takeIn(root, record)));
  const source = record.local ? await gitFoldersOf(record.from).catch(() => null) : null;
  if (source !== null) done.push(...(await fillLargeFiles(root, source.common)));
  return done;
}

/** Merges what of the source is not in the branch yet, where that is no question. @returns what was done, in words */
async function takeIn(root: string, record: CheckoutRecord): Promise<string[]> {
  const standing = await standingOf(root, record);
  if (standing === null || standing.behind === 0) return [];
  const how =
    standing.ahead === 0 ? ['--ff-only'] : ['--no-edit', '-m', `Merge ${standing.called} of the source`];
  const current = await runGit(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (current.stdout.trim() !== standing.branch) return [];
  const merged = await runGit(root, ['merge', '--quiet', ...how, standing.base]);
  if (merged.ok) return [`took ${count(standing.behind, 'new commit')} of ${standing.called}`];
  // Of our own making only: git refuses to begin one over an unfinished one, and then there is nothing to abort.
  if (/^(?:CONFLICT|Automatic merge failed)/m.test(merged.stdout)) await runGit(root, ['merge', '--abort']);
  return [];
}

/** What the coordinator is to be told of it; null: nothing to do. */
export function toMerge({ branch, base, called, behind }: Standing): string | null {
  if (behind === 0) return null;
  return [
    `${called} of the operator's repository has ${count(behind, 'new commit')} that did not merge into ${branch} by themselves.`,
    howToMerge(base),
  ].join(' ');
}

/** By a builder: overstory's hooks let a coordinator run no `git merge`. */
const howToMerge = (base: string) =>
  [
    `Have a builder run \`git merge ${base}\` in its worktree, resolve the conflicts and commit; then merge its branch as any other (ov merge), before or as part of the work.`,
    'A conflict that you are not sure of is a question to the operator: keep neither side by guess.',
  ].join(' ');

/**
 * Commits of the source that came while a session works here. Its coordinator merges branches in this very folder: what
 * to do with them, and when, is its own to say.
 * @returns the newest of them, and how the coordinator is told; null: there is none
 */
export async function newCommits(
  root: string,
  record: CheckoutRecord,
): Promise<{ commit: string; text: string } | null> {
  await fetchSource(root, record);
  const counts = await countsOf(root, record);
  if (counts === null || counts.behind === 0) return null;
  const { base, branch, called, behind } = counts;
  const commit = (await runGit(root, ['rev-parse', '--verify', base])).stdout.trim();
  const text = [
    `${called} of the operator's repository has ${count(behind, 'new commit')} that ${branch} does not have: \`git log ${branch}..${base}\`.`,
    'Take them in when it suits the work, at the latest before you finish:',
    howToMerge(base),
  ].join(' ');
  return { commit, text };
}

/** The commits of the source that this checkout knows. */
async function tips(root: string): Promise<string[]> {
  const { stdout } = await runGit(root, [
    'for-each-ref',
    '--format=%(objectname)',
    'refs/remotes/origin',
    sourceHead,
  ]);
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))];
}

/**
 * A branch that was rebased, amended or deleted in the source leaves commits that git may prune there one day, and that
 * this checkout only borrows. What of them is still needed here is copied into a pack of its own.
 */
async function keepLost(root: string, before: string[]): Promise<boolean> {
  if (before.length === 0) return false;
  const now = await tips(root);
  const lost = await runGit(root, ['rev-list', '--stdin', '--max-count=1'], {
    input: `${[...before, ...now.map((tip) => `^${tip}`)].join('\n')}\n`,
  });
  if (lost.ok && lost.stdout.trim() === '') return false;
  const heads = await runGit(root, ['for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/fleet']);
  const needed = await runGit(
    root,
    ['pack-objects', '--quiet', '--revs', '--non-empty', '.git/objects/pack/pack'],
    { input: `${[heads.stdout.trim(), ...now.map((tip) => `^${tip}`)].join('\n')}\n`, timeoutMs: 120_000 },
  );
  return needed.ok && needed.stdout.trim() !== '';
}
