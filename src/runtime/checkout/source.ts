// The folder of a human that a checkout is made from: what kind of repository it is. It is read, never written.
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { readCanonicalBranch } from '../../overstory/config.ts';
import { reasonOf, runGit } from './run-git.ts';

export interface Source {
  /** resolved */
  folder: string;
  /** where its objects, refs and configuration are: `.git`, or for a linked worktree that of the main checkout */
  gitFolder: string;
  bare: boolean;
  /** the branch that work starts from; null: a detached HEAD, whose commit it starts from */
  branch: string | null;
  /** of that branch or HEAD; null: no commit yet */
  commit: string | null;
  shallow: boolean;
  /** a partial clone: the remote that has what is missing, and by which filter it was left out */
  promisor: { url: string; filter: string } | null;
  /** settings of its own that its files or commits depend on */
  settings: [name: string, value: string][];
}

/** What of `.git/config` a clone must have too, to have the same files and to commit as the same person. */
const carried =
  /^(?:user\.(?:name|email)|core\.(?:autocrlf|eol|longpaths)|i18n\.commitencoding|lfs\.(?!storage$).+)$/;

/** @throws FleetError PRODUCT_NOT_GIT, PRODUCT_NOT_GIT_ROOT, PRODUCT_WORKTREE_AWAY, PRODUCT_UNREADABLE */
export async function readSource(product: string, path: string): Promise<Source> {
  const folder = await realpath(path);
  const where = await runGit(folder, [
    'rev-parse',
    '--is-bare-repository',
    '--git-common-dir',
    '--show-prefix',
  ]);
  // A bare one has no prefix to show, and git says so after it has said the rest.
  const [bareness, common, prefix = ''] = where.stdout.split('\n');
  if (common === undefined) throw await notGit(product, folder, reasonOf(where));
  const bare = bareness === 'true';
  const gitFolder = await realpath(resolve(folder, common));
  const inside = bare ? gitFolder !== folder : prefix !== '';
  if (inside)
    throw new FleetError({
      code: 'PRODUCT_NOT_GIT_ROOT',
      product,
      message: `Expected ${folder} to be the top of its git repository, got a folder inside another one's.`,
      mend: `Give the top of the repository as the product’s path, and \`paths: [${prefix.replace(/\/$/, '') || '…'}]\` where other products have the rest of it: overstory works on whole repositories only.`,
    });
  const [config, head, named] = await Promise.all([
    runGit(folder, ['config', '--local', '--null', '--list']),
    runGit(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
    readCanonicalBranch(folder),
  ]);
  if (!config.ok) throw unreadable(product, folder, reasonOf(config));
  const settings = config.stdout.split('\0').flatMap((entry): [string, string][] => {
    const at = entry.indexOf('\n');
    return at < 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
  });
  const commitOf = async (revision: string) =>
    (await runGit(folder, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])).stdout.trim() ||
    null;
  const current = head.ok ? head.stdout.trim() : null;
  // What overstory was told to merge into is what a human wants worked on, whatever is checked out just now.
  const branch = named !== null && (await commitOf(`refs/heads/${named}`)) !== null ? named : current;
  return {
    folder,
    gitFolder,
    bare,
    branch,
    commit: await commitOf(branch === null ? 'HEAD' : `refs/heads/${branch}`),
    shallow: await isThere(join(gitFolder, 'shallow')),
    promisor: promisorOf(settings),
    settings: settings.filter(([name]) => carried.test(name)),
  };
}

function promisorOf(settings: [string, string][]): Source['promisor'] {
  const remote = settings.find(([name, value]) => /^remote\..+\.promisor$/.test(name) && value === 'true');
  if (remote === undefined) return null;
  const about = remote[0].slice(0, -'promisor'.length);
  const told = (key: string) => settings.find(([name]) => name === `${about}${key}`)?.[1];
  const url = told('url');
  return url === undefined ? null : { url, filter: told('partialclonefilter') ?? 'blob:none' };
}

async function notGit(product: string, folder: string, why: string): Promise<FleetError> {
  const pointer = await readFile(join(folder, '.git'), 'utf8').catch(() => '');
  const [, main] = /^gitdir: (.+)\/\.git\/worktrees\/[^/]+\s*$/.exec(pointer) ?? [];
  if (main !== undefined)
    return new FleetError({
      code: 'PRODUCT_WORKTREE_AWAY',
      product,
      message: `Expected the repository of ${folder}, a linked worktree, at ${main}, got nothing there.`,
      mend: 'Give the main checkout as the product’s path: a worktree’s own repository is not seen from here.',
    });
  if (/permission denied/i.test(why)) return unreadable(product, folder, why);
  return new FleetError({
    code: 'PRODUCT_NOT_GIT',
    product,
    message: `Expected ${folder} to be a git repository, got: ${why}.`,
    mend: `Run \`git init\` in it and commit what is there, then \`fleet prepare ${product}\`.`,
  });
}

export function unreadable(product: string, folder: string, why: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_UNREADABLE',
    product,
    message: `Expected to read the repository ${folder} as uid ${process.getuid?.()}, got: ${why}.`,
    mend: 'Let that user read the folder, or set HOST_UID and HOST_GID in .env to its owner.',
  });
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
