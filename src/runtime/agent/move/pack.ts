// A product's work becomes one bundle: every branch, tag and mark, what is not in git, and, where a human said so, what is
// not committed. The checkout stays as it is.
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { inOneLineOf } from '../../../common/one-line.ts';
import { count } from '../../../common/units.ts';
import { maxMoveBytes, moveBranch, type Packed } from '../../../contract/runtime/move.ts';
import { bundleFile, requireRecord } from '../../checkout/bundle.ts';
import { scaffold } from '../../checkout/refresh.ts';
import { runGit } from '../../checkout/run-git.ts';
import { packFiles, withIndex } from './files.ts';
import { must, mustSay } from './must.ts';
import { type Worktree, worktreesOf } from './worktrees.ts';

/** @throws FleetError CHECKOUT_MISSING, MOVE_UNCOMMITTED, MOVE_TOO_LARGE, MOVE_FAILED */
export async function pack(
  product: string,
  folder: string,
  { epoch, salvage, whole }: { epoch: number; salvage: boolean; whole: boolean },
): Promise<Packed> {
  const record = await requireRecord(product, folder);
  const git = must(product, folder);
  const worktrees = await worktreesOf(folder);
  const [own] = worktrees;
  if (own === undefined)
    throw new FleetError({
      code: 'MOVE_FAILED',
      product,
      message: `Expected a commit in ${folder}, got none: there is nothing to move.`,
      mend: 'Put another `path:` or `repo:` into products.yaml, or commit there.',
    });
  const open = await Promise.all(
    worktrees.map(async (one) => ({ one, changed: await changedIn(product, one.path) })),
  );
  const uncommitted = open.filter(({ changed }) => changed.length > 0);
  if (uncommitted.length > 0 && !salvage) throw openWork(product, uncommitted);
  const parked: string[] = [];
  const park = async (name: string, commit: string): Promise<void> => {
    await git(['update-ref', `refs/heads/${name}`, commit]);
    parked.push(name);
  };
  const called = ({ path }: Worktree) =>
    `parked/${path === own.path ? 'checkout' : basename(path).replaceAll(/[^A-Za-z0-9-]/g, '-')}-e${epoch}`;
  for (const { one } of uncommitted) await park(called(one), await commitOf(product, one));
  for (const one of worktrees)
    if (one.branch === null && !parked.includes(called(one))) {
      const held = await git(['for-each-ref', '--count=1', `--contains=${one.commit}`, 'refs/heads']);
      if (held === '') await park(called(one), one.commit);
    }
  const stashed = await runGit(folder, ['rev-list', '--walk-reflogs', 'refs/stash']);
  for (const [at, commit] of (stashed.ok ? stashed.stdout.split('\n') : []).entries())
    if (commit !== '') await park(`parked/stash-${at}-e${epoch}`, commit);
  await packFiles(product, folder);

  const listed = await git([
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/heads',
    'refs/tags',
    'refs/fleet',
  ]);
  const file = bundleFile(folder, moveBranch(epoch));
  await mkdir(dirname(file), { recursive: true });
  const all = ['--branches', '--tags', '--glob=refs/fleet/*'];
  await git(['bundle', 'create', '--quiet', file, ...all, ...(whole ? [] : ['--not', '--remotes=origin'])]);
  const { size: bytes } = await stat(file);
  if (bytes > maxMoveBytes)
    throw new FleetError({
      code: 'MOVE_TOO_LARGE',
      product,
      message: `Expected at most ${maxMoveBytes} bytes of history that its remote does not have, got ${bytes}.`,
      mend: 'Push what is large to the remote first, then move it.',
    });
  return {
    refs: listed.split('\n').flatMap((line) => {
      const [commit = '', name = ''] = line.split(' ');
      return name === '' || name.startsWith('refs/fleet/source-') ? [] : [{ name, commit }];
    }),
    head: { branch: own.branch, commit: own.commit },
    branch: record.branch,
    follows: record.follows,
    bytes,
    parked,
  };
}

/** Paths that are not committed, but for overstory's own: those travel as files. */
async function changedIn(product: string, path: string): Promise<string[]> {
  // That it cannot be told is not that there is nothing.
  const said = await mustSay(
    product,
    path,
  )(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty']);
  return said
    .split('\0')
    .map((line) => line.slice(3))
    .filter((name) => name !== '' && !scaffold.test(name));
}

/** All that is in the folder as a commit on top of its own; its index and its files stay as they are. */
async function commitOf(product: string, { path, commit }: Worktree): Promise<string> {
  const git = must(product, path);
  return await withIndex(async (env) => {
    await git(['read-tree', commit], { env });
    await git(['add', '--all', '--', '.', ':(exclude).overstory', ':(exclude).claude'], { env });
    const tree = await git(['write-tree'], { env });
    return await git(['commit-tree', tree, '-p', commit, '-m', 'Uncommitted work, parked for a move'], {
      env,
    });
  });
}

function openWork(product: string, open: { one: Worktree; changed: string[] }[]): FleetError {
  const where = open.map(({ one, changed }) => {
    const names = changed.slice(0, 3).map((name) => inOneLineOf(name));
    return `${count(changed.length, 'change')} in ${one.path} (${names.join(', ')}${changed.length > 3 ? ', …' : ''})`;
  });
  return new FleetError({
    code: 'MOVE_UNCOMMITTED',
    product,
    message: `Expected everything of ${product} to be committed, got ${where.slice(0, 5).join('; ')}.`,
    mend: `Commit or discard it; or \`fleet move ${product} … --salvage\` commits it to branches \`parked/…\` that come along.`,
  });
}
