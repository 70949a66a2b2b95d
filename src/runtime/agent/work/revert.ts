// Takes back what an objective made, by one commit on top of all that came since: never a reset. It is made from the
// objects alone (objects.ts), so no merge driver and no filter of theirs has a say; only the last step touches the files
// of the checkout, with every filter that it configures left out.
import { type ErrorCode, FleetError } from '../../../common/errors.ts';
import { shorten } from '../../../common/shorten.ts';
import type { RevertOrder } from '../../../contract/runtime/diff.ts';
import { readCanonicalBranch } from '../../../overstory/config.ts';
import { readRecord } from '../../checkout/record.ts';
import { git } from '../git.ts';
import { type ObjectsGit, withObjects } from './objects.ts';

const us = 'fleet';
const identity = {
  GIT_AUTHOR_NAME: us,
  GIT_AUTHOR_EMAIL: 'fleet@localhost',
  GIT_COMMITTER_NAME: us,
  GIT_COMMITTER_EMAIL: 'fleet@localhost',
};

/**
 * Done twice it is done once: the commit is kept by a ref.
 * @param folder the product's, resolved
 * @returns the commit
 * @throws FleetError REVERT_BUILT_ON, REVERT_NOTHING, REVERT_FAILED, PATH_ESCAPES
 */
export async function revert(product: string, folder: string, order: RevertOrder): Promise<string> {
  const { objective, stretches } = order;
  const fail = (code: ErrorCode, got: string, mend: string) =>
    new FleetError({
      code,
      product,
      message: `Expected to take back what ${objective} made on ${product}, got ${got}.`,
      mend,
    });
  const branch = await branchOf(folder);
  const ask = async (...args: string[]): Promise<string | null> => {
    const { failed, stdout } = await git(folder, args);
    return failed ? null : stdout.trim();
  };
  const tip = branch === null ? null : await ask('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`);
  const [last] = stretches;
  if (branch === null || tip === null || last === undefined)
    throw fail('REVERT_NOTHING', 'no branch or no commits of it', 'Nothing needs to be done.');
  const ref = `refs/fleet/work/${objective}/revert`;
  const before = await ask('rev-parse', '--verify', '--quiet', ref);
  if (before !== null && (await ask('merge-base', '--is-ancestor', before, tip)) !== null) return before;

  const commit = await withObjects(product, folder, tip, async (objects) => {
    let now = tip;
    for (const { base, head } of stretches.toReversed()) {
      if ((await objects(['merge-base', '--is-ancestor', head, tip])).failed)
        throw fail(
          'REVERT_NOTHING',
          `a branch ${branch} without ${head}`,
          'It was taken out of there by others already.',
        );
      const made = await without(objects, now, base, head);
      if ('conflicts' in made) {
        const by = await builtBy(objects, order, made.conflicts);
        throw fail(
          'REVERT_BUILT_ON',
          `later work on the same lines${by.length > 0 ? ` by ${by.join(', ')}` : ''}: ${names(made.conflicts)}`,
          `${by.length > 0 ? `Revert ${by.join(', ')} first, or say` : 'Say'} in words what should go: \`fleet rework ${objective} …\`.`,
        );
      }
      now = made.commit;
    }
    const [was, is] = await Promise.all([tip, now].map((one) => objects(['rev-parse', `${one}^{tree}`])));
    if (was?.stdout === is?.stdout)
      throw fail('REVERT_NOTHING', 'no change: nothing of it is left', 'Nothing needs to be done.');
    const said = `Revert ${objective}: ${shorten(order.title.replace(/\s+/g, ' '), 60)}\n\nTakes back ${stretches.map(({ base, head }) => `${base}..${head}`).join(', ')}.`;
    return await commitOf(objects, is?.stdout.trim() ?? '', [tip], said);
  });
  const told = await takeIn(folder, branch, tip, commit);
  if (told !== null)
    throw fail(
      'REVERT_FAILED',
      told,
      `Look at the product's checkout; the commit is ${commit} there: \`git merge --ff-only ${commit}\`.`,
    );
  await ask('update-ref', ref, commit);
  return commit;
}

/** What work is merged into. */
export async function branchOf(folder: string): Promise<string | null> {
  const [named, record] = await Promise.all([readCanonicalBranch(folder), readRecord(folder)]);
  for (const branch of [named, record?.branch])
    if (branch && !(await git(folder, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])).failed)
      return branch;
  const head = await git(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  return head.failed ? null : head.stdout.trim();
}

/** `now` without what lies between base and head: merged with a commit that goes from head back to base. */
async function without(
  objects: ObjectsGit,
  now: string,
  base: string,
  head: string,
): Promise<{ commit: string } | { conflicts: string[] }> {
  const tree = (await objects(['rev-parse', `${base}^{tree}`])).stdout.trim();
  const back = await commitOf(objects, tree, [head], 'back');
  const merged = await objects(
    ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', now, back],
    {
      timeout: 15_000,
    },
  );
  const [made = '', ...conflicts] = merged.stdout.split('\0').filter(Boolean);
  if (merged.exitCode === 0) return { commit: await commitOf(objects, made, [now], 'without') };
  return { conflicts };
}

export async function commitOf(
  objects: ObjectsGit,
  tree: string,
  parents: string[],
  message: string,
): Promise<string> {
  const on = parents.flatMap((parent) => ['-p', parent]);
  const made = await objects(['commit-tree', tree, ...on, '-m', message], { env: identity });
  return made.stdout.trim();
}

/** Of the objectives that came later, those that changed one of these files. */
async function builtBy(objects: ObjectsGit, { later }: RevertOrder, files: string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { objective, base, head } of later) {
    if (found.has(objective)) continue;
    const told = await objects(['diff-tree', '-r', '-z', '--name-only', base, head]);
    if (told.stdout.split('\0').some((path) => files.includes(path))) found.add(objective);
  }
  return [...found];
}

/** @returns null: the branch has it now; else why not, in git's words */
export async function takeIn(
  folder: string,
  branch: string,
  tip: string,
  commit: string,
): Promise<string | null> {
  const current = await git(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  const configured = await git(folder, ['config', '--name-only', '-z', '--get-regexp', '^filter\\.']);
  const unfiltered = configured.stdout
    .split('\0')
    .flatMap((name) => (/\.(?:smudge|clean|process)$/.test(name) ? ['-c', `${name}=`] : []))
    .concat(
      configured.stdout
        .split('\0')
        .flatMap((name) => (/\.required$/.test(name) ? ['-c', `${name}=false`] : [])),
    );
  const done =
    current.stdout.trim() === branch
      ? await git(folder, [...unfiltered, 'merge', '--quiet', '--ff-only', '--no-verify-signatures', commit])
      : await git(folder, ['update-ref', `refs/heads/${branch}`, commit, tip]);
  return done.failed ? (done.stderr.split('\n')[0] ?? 'no answer of git') : null;
}

export const names = (files: string[]) =>
  `${files
    .slice(0, 3)
    .map((file) => JSON.stringify(file))
    .join(', ')}${files.length > 3 ? ', …' : ''}`;
