// Where a repository keeps what git knows. Looked for without git where that is plain to see: `fleet doctor` and every
// start ask it of each product, and a git costs more than all of the look.
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runGit } from './run-git.ts';

export interface GitFolders {
  /** of this checkout */
  own: string;
  /** with what linked worktrees share: the same, but in one of them */
  common: string;
}

/**
 * @param folder  the top of a repository, or a bare one
 * @returns null: git finds none there, or refuses it
 */
export async function gitFoldersOf(folder: string): Promise<GitFolders | null> {
  const plain = join(folder, '.git');
  if (await isPlain(plain)) return { own: plain, common: plain };
  const where = await runGit(folder, ['rev-parse', '--absolute-git-dir', '--git-common-dir']);
  const [own = '', common = ''] = where.stdout.split('\n');
  if (!where.ok) return null;
  return { own: await realpath(own), common: await realpath(resolve(folder, common)) };
}

/** A folder of its own with what git asks of one, and no word that it shares another's. */
async function isPlain(at: string): Promise<boolean> {
  const kind = (name: string) =>
    stat(join(at, name)).then(
      (found) => (found.isDirectory() ? 'folder' : 'file'),
      () => null,
    );
  const found = await Promise.all(['HEAD', 'objects', 'refs', 'commondir'].map(kind));
  return (await realpath(at).catch(() => null)) === at && found.join() === 'file,folder,folder,';
}

/** Whether HEAD is on a branch, which may have no commit yet. */
export async function onBranch(folder: string, { own }: GitFolders): Promise<boolean> {
  const head = await readFile(join(own, 'HEAD'), 'utf8').catch(() => '');
  // What git writes where it keeps refs in another way than as files.
  if (head !== '' && !head.includes('.invalid')) return head.startsWith('ref:');
  return (await runGit(folder, ['symbolic-ref', '--quiet', 'HEAD'])).ok;
}
