// A worker's branch → the branch that work is merged into. `ov merge` deletes untracked files that the branch has, and stashes
// what is changed; so it is done here, as revert.ts does it: made from the objects alone, and taken in by a fast-forward that
// git refuses where it would cost somebody a change.
import { FleetError } from '../../../common/errors.ts';
import { git } from '../git.ts';
import { withObjects } from './objects.ts';
import { branchOf, commitOf, names, takeIn } from './revert.ts';

/**
 * @param folder the product's, resolved
 * @returns the commit; null: all of it was there
 * @throws WORK_NOT_MERGED, PATH_ESCAPES
 */
export async function take(product: string, folder: string, worker: string): Promise<string | null> {
  const refused = (got: string) =>
    new FleetError({
      code: 'WORK_NOT_MERGED',
      product,
      message: `Expected to merge ${worker} of ${product}, got ${got}.`,
      mend: `The branch is kept: merge it by hand in ${folder}, or start the objective again (\`fleet retry\`).`,
    });
  const at = async (ref: string): Promise<string | null> => {
    const found = await git(folder, ['rev-parse', '--verify', '--quiet', `refs/heads/${ref}^{commit}`]);
    return found.failed ? null : found.stdout.trim();
  };
  const branch = await branchOf(folder);
  const tip = branch === null ? null : await at(branch);
  const made = await at(worker);
  if (branch === null || tip === null || made === null) throw refused('no such branch');
  const holds = async (one: string, other: string) =>
    !(await git(folder, ['merge-base', '--is-ancestor', other, one])).failed;
  if (await holds(tip, made)) return null;
  const commit = (await holds(made, tip))
    ? made
    : await withObjects(product, folder, tip, async (objects) => {
        const merged = await objects(
          ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', tip, made],
          { timeout: 15_000 },
        );
        const [tree = '', ...conflicts] = merged.stdout.split('\0').filter(Boolean);
        if (merged.exitCode !== 0)
          throw refused(`other changes of the same lines on ${branch}: ${names(conflicts)}`);
        return commitOf(objects, tree, [tip, made], `Merge branch '${worker}'`);
      });
  const told = await takeIn(folder, branch, tip, commit);
  if (told !== null) throw refused(told);
  return commit;
}
