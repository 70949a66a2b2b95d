// The only place where anything is written into a human's repository: one branch `fleet/<objective>`, from a bundle that
// workers may have made up. What is in it is data to git and never becomes more:
//
//   nothing is checked out, so no filter, attribute or submodule of it is looked at;
//   objects are checked as they come (index-pack --strict, which is fsck), also for paths and submodules that would harm a later checkout;
//   no hook runs, and no maintenance; settings that git reads are the human's own, none comes with a bundle;
//   the branch moves forward only, is never one that is checked out, and no other ref is touched.
import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import { liesUnder } from '../agent/confine.ts';
import { type GitResult, reasonOf, runGit } from '../checkout/run-git.ts';

const acceptMs = 120_000;
/** One line for each commit that the branch stands on. */
const maxHeaderBytes = 1_048_576;

export interface Delivery {
  product: string;
  /** the human's repository */
  source: string;
  /** `fleet/<objective>` */
  branch: string;
  /** the commit that it must be at */
  head: string;
  /** file with the bundle */
  file: string;
}

/**
 * @param projectsRoot resolved; the repository must lie under it
 * @returns false: it was there already
 * @throws FleetError PUBLISH_ESCAPES, PUBLISH_NOT_THE_BRANCH, PUBLISH_CHECKED_OUT, PUBLISH_DIVERGED,
 *   PUBLISH_BASE_MISSING, PUBLISH_REFUSED
 */
export async function acceptBranch(projectsRoot: string, delivery: Delivery): Promise<boolean> {
  const { product, branch, head, file } = delivery;
  const source = await realpath(delivery.source).catch(() => '');
  const ref = `refs/heads/${branch}`;
  const refuse = (code: ErrorCode, message: string, mend: string): FleetError =>
    new FleetError({ code, product, message, mend });
  if (!liesUnder(projectsRoot, source))
    throw refuse(
      'PUBLISH_ESCAPES',
      `Expected a repository under ${projectsRoot}, got ${JSON.stringify(delivery.source.slice(0, 200))}.`,
      'Correct the path in products.yaml; a link that leads out of the folder of your repositories is not followed.',
    );
  const git = (...args: string[]): Promise<GitResult> =>
    runGit(source, args, { timeoutMs: acceptMs, env: { GIT_NO_LAZY_FETCH: '1' } });
  const listed = await git('bundle', 'list-heads', file);
  if (!listed.ok || listed.stdout.trim() !== `${head} ${ref}`)
    throw refuse(
      'PUBLISH_NOT_THE_BRANCH',
      `Expected a bundle of ${branch} at ${head} alone, got ${listed.ok ? listed.stdout.trim().slice(0, 200) : reasonOf(listed)}.`,
      'Look at the product’s checkout in the runtime: something there writes its refs while a session ends.',
    );
  const before = (await git('rev-parse', '--verify', '--quiet', ref)).stdout.trim();
  if (before === head) return false;
  const worktrees = await git('worktree', 'list', '--porcelain');
  if (worktrees.stdout.split('\n').includes(`branch ${ref}`))
    throw refuse(
      'PUBLISH_CHECKED_OUT',
      `Expected ${branch} to be checked out nowhere in ${source}, got a worktree that is on it.`,
      `Switch to another branch there (\`git switch -\`); ${branch} comes with the next objective that is done, or by \`git fetch\` from the product’s checkout.`,
    );
  const base = await git('bundle', 'verify', '--quiet', file);
  if (!base.ok)
    throw refuse(
      'PUBLISH_BASE_MISSING',
      `Expected ${source} to have the commits that ${branch} stands on, got: ${reasonOf(base)}.`,
      'The branch is sent again with all of its history.',
    );
  const refused = (why: GitResult): FleetError =>
    refuse(
      'PUBLISH_REFUSED',
      `Expected git to take ${branch} into ${source}, got ${reasonOf(why)}.`,
      'Mend what git says there; the work is kept in the product’s checkout, on a branch of the same name.',
    );
  // Not `git fetch`: from a bundle it takes objects unchecked before git 2.46.
  const packed = await runGit(source, ['index-pack', '--strict', '--fix-thin', '--stdin'], {
    input: createReadStream(file, { start: await packStart(file) }),
    timeoutMs: acceptMs,
  });
  if (!packed.ok) throw refused(packed);
  if (before !== '' && !(await git('merge-base', '--is-ancestor', before, head)).ok)
    throw refuse(
      'PUBLISH_DIVERGED',
      `Expected ${branch} of ${source} to be where the fleet left it, got commits of its own: it is never forced.`,
      `Rename it (\`git branch -m ${branch} …\`), then run the objective again or fetch ${branch} from the product’s checkout.`,
    );
  // Only from where it was just now: a human may be quicker.
  const moved = await git('update-ref', '-m', 'fleet: publish', ref, head, before);
  if (!moved.ok) throw refused(moved);
  return true;
}

/** A bundle is lines, an empty line, and a pack. */
async function packStart(file: string): Promise<number> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxHeaderBytes), 0, maxHeaderBytes, 0);
  const end = buffer.subarray(0, bytesRead).indexOf('\n\n');
  // Beyond what git itself has read as a header there is no pack: it says so.
  return end < 0 ? bytesRead : end + 2;
}
