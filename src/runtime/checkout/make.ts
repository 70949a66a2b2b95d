// Makes a product's checkout: a clone of the fleet's own, so that overstory never merges, stashes, commits or switches
// where a human works.
//
// A clone of a local folder borrows the folder's objects (git's alternates) instead of having them twice:
//
//   hard links, which `git clone` makes by itself, are NOT safe: both names are one inode. Objects are read-only files,
//   but a worker of the same uid can chmod one, write into it, and has changed the human's history;
//   copy-on-write copies would be safe, and only few file systems have them (not ext4, not overlay);
//   alternates are read by path. The clone's git never writes there, and in the bundle the folder is mounted
//   read-only besides. What they cost: the folder must stay where it is, and objects that nothing in it reaches any
//   more may be pruned from it. Whatever the clone still needs of those is copied first (refresh.ts).
//
// Everything happens in a folder beside the place, which is renamed at the end: half a clone never passes for one.
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { bringAlong } from './bring.ts';
import { borrowedObjects, fillLargeFiles } from './large-files.ts';
import { writeRecord } from './record.ts';
import { type GitOptions, type GitResult, reasonOf, runGit } from './run-git.ts';
import { readSource, type Source } from './source.ts';
import { fillSubmodules } from './submodules.ts';

/** A clone may be large; ten minutes is a GiB on a slow line. */
const cloneMs = 600_000;
/** The branch that work happens on where the source's HEAD is on none. */
const detachedBase = 'fleet-base';
/** Where the source's own HEAD is kept, beside its branches. */
export const sourceHead = 'refs/fleet/source-head';
/** What a clone asks of its source, each time. */
export const refspecs = (source: Pick<Source, 'commit'>) => [
  '+refs/heads/*:refs/remotes/origin/*',
  ...(source.commit === null ? [] : [`+HEAD:${sourceHead}`]),
];
/** Of a clone by address: everything that git would ask the network for. */
export const anyProtocol = 'https:ssh:file';

export interface Order {
  product: string;
  /** absolute; nothing is there yet */
  root: string;
  /** e.g. `Updating files 40%` */
  onProgress: (sentence: string) => void;
}

/**
 * @param path  the human's folder: any repository, also bare, shallow, partial, a linked worktree, on a detached HEAD
 * @returns what was brought along, in words
 * @throws FleetError of readSource(); PRODUCT_CLONE_FAILED in git's words
 */
export async function cloneFolder(order: Order, path: string): Promise<string[]> {
  const source = await readSource(order.product, path);
  return await beside(order.root, async (draft) => {
    const git = gitIn(draft, order, source.folder);
    await git('.', [
      'init',
      '--quiet',
      '--template=',
      `--initial-branch=${source.branch ?? detachedBase}`,
      draft,
    ]);
    await mkdir(join(draft, '.git', 'info'), { recursive: true });
    await mkdir(join(draft, '.git', 'objects', 'info'), { recursive: true });
    await writeFile(join(draft, '.git', 'objects', 'info', 'alternates'), borrowedObjects(source.gitFolder));
    // Where history was cut off it stays cut off.
    if (source.shallow) await copyFile(join(source.gitFolder, 'shallow'), join(draft, '.git', 'shallow'));
    for (const [name, value] of settingsOf(source)) await git(draft, ['config', '--add', name, value]);
    await git(draft, [
      'fetch',
      '--quiet',
      '--no-write-fetch-head',
      '--tags',
      source.folder,
      ...refspecs(source),
    ]);
    if (source.commit !== null)
      await git(draft, [
        'checkout',
        '--quiet',
        '--progress',
        '--no-track',
        '-B',
        source.branch ?? detachedBase,
        source.commit,
      ]);
    const brought = [
      ...(await fillLargeFiles(draft, source.gitFolder)),
      ...(await fillSubmodules(draft, source)),
      ...(await bringAlong(draft, source)),
    ];
    await writeRecord(draft, {
      from: source.folder,
      local: true,
      branch: source.branch ?? detachedBase,
      follows: source.branch,
      madeAtMs: Date.now(),
      brought,
    });
    return brought;
  });
}

/** @throws FleetError PRODUCT_CLONE_FAILED in git's words */
export async function cloneAddress(order: Order, address: string): Promise<void> {
  await beside(order.root, async (draft) => {
    const git = gitIn(draft, order, address, { protocols: anyProtocol });
    await git('.', ['clone', '--progress', '--recurse-submodules', '--', address, draft]);
    const head = await runGit(draft, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
    // overstory would take the last part of this name for the branch: `feature/x` would be `x`.
    await runGit(draft, ['symbolic-ref', '--delete', 'refs/remotes/origin/HEAD']);
    await writeRecord(draft, {
      from: address,
      local: false,
      branch: head.stdout.trim() || 'main',
      follows: head.stdout.trim() || null,
      madeAtMs: Date.now(),
      brought: [],
    });
  });
}

/** Removes what a prepare that died left beside the products. */
export async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, pid] = /^\.clone-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !(Number(pid) !== process.pid && isAlive(Number(pid))))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function beside<T>(root: string, make: (draft: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(root), { recursive: true });
  const around = await mkdtemp(join(dirname(root), `.clone-${process.pid}-`));
  try {
    // Of the product's own name: git and overstory call a checkout by that of its folder.
    const draft = join(around, basename(root));
    await mkdir(draft);
    const made = await make(draft);
    await rename(draft, root);
    return made;
  } finally {
    await rm(around, { recursive: true, force: true });
  }
}

function gitIn(draft: string, { product, root, onProgress }: Order, from: string, options: GitOptions = {}) {
  return async (folder: string, args: string[]): Promise<GitResult> => {
    const done = await runGit(folder === '.' ? dirname(draft) : folder, args, {
      timeoutMs: cloneMs,
      onProgress: (what, percent) => onProgress(`${what} ${percent}%`),
      ...options,
    });
    if (done.ok) return done;
    throw new FleetError({
      code: 'PRODUCT_CLONE_FAILED',
      product,
      message: `Expected to clone ${from} into ${root}, got ${done.timedOut ? `no end within ${cloneMs / 60_000} minutes` : reasonOf(done)}.`,
      mend: `Check the address or folder and, for an address, the git credentials of the runtime; then \`fleet prepare ${product}\`.`,
    });
  };
}

function settingsOf(source: Source): [string, string][] {
  return [
    ['remote.origin.url', source.folder],
    ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*'],
    // What is to go there goes by `fleet/<objective>`, through the publisher: a worker's `git push` ends here.
    ['remote.origin.pushurl', 'fleet-publishes-its-branches-itself'],
    ...(source.promisor === null
      ? []
      : ([
          ['core.repositoryFormatVersion', '1'],
          ['extensions.partialClone', 'upstream'],
          ['remote.upstream.url', source.promisor.url],
          ['remote.upstream.promisor', 'true'],
          ['remote.upstream.partialCloneFilter', source.promisor.filter],
          ['remote.upstream.pushurl', 'fleet-publishes-its-branches-itself'],
        ] as [string, string][])),
    ...source.settings,
  ];
}
