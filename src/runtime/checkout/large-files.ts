// Files of git-lfs: a clone of a folder has their contents where the folder has them, and pointers where it has pointers.
//
// git-lfs by itself would take contents by hard links (3.3.0), from beside the objects that the clone borrows and from a
// remote that is a folder. Both names are one inode then, and writable: a worker that writes into its own has changed the
// human's. So it is shown neither place, and contents are copied, by copy-on-write where the file system has that.
import { constants, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { count } from '../../common/units.ts';
import { reasonOf, runGit } from './run-git.ts';
import { isThere } from './source.ts';

/** Laying down gigabytes. */
const fillMs = 600_000;

const settings = [
  // Else its remote would be asked, which is the human's folder. What is not here stays a pointer, and no worktree
  // fails for it.
  ['remote.origin.lfsurl', 'file:///dev/null'],
  ['lfs.skipdownloaderrors', 'true'],
  // Else one of the user's own would be shared with the human.
  ['lfs.storage', 'lfs'],
] as const;

/** For `objects/info/alternates`. The dot is nothing to git; git-lfs finds no contents beside such a folder. */
export const borrowedObjects = (gitFolder: string): string => `${join(gitFolder, 'objects')}/.\n`;

/** Whether a .gitattributes, at the top or below, gives files to git-lfs. */
export async function usesLfs(folder: string): Promise<boolean> {
  const line = '^[^#]+[[:space:]]filter=lfs([[:space:]]|$)';
  return (await runGit(folder, ['grep', '-qE', line, '--', ':(glob)**/.gitattributes'])).ok;
}

/**
 * Lays down the contents of what is checked out. Without git-lfs nothing is done: state.ts says that it is missing.
 * @param gitFolder  of the human's folder. It is read
 * @returns what was done, and what could not be, in words
 */
export async function fillLargeFiles(checkout: string, gitFolder: string): Promise<string[]> {
  if (!(await usesLfs(checkout))) return [];
  for (const [name, value] of settings) await runGit(checkout, ['config', name, value]);
  await writeFile(join(checkout, '.git/objects/info/alternates'), borrowedObjects(gitFolder));
  const [theirs, ours] = [await contentsOf(gitFolder), join(checkout, '.git/lfs/objects')];
  let copied = 0;
  let pointers = 0;
  for (const place of await placesOf(checkout)) {
    if (await isThere(join(ours, place))) continue;
    if (!(await isThere(join(theirs, place)))) pointers += 1;
    else {
      await copyWhole(join(theirs, place), join(ours, place));
      copied += 1;
    }
  }
  const left = pointers === 0 ? [] : [`${count(pointers, 'file')} of git-lfs: a pointer there, and here`];
  if (copied === 0) return left;
  const laid = await runGit(checkout, ['lfs', 'checkout'], { timeoutMs: fillMs });
  const done = laid.ok ? 'copied' : `could not lay down (${reasonOf(laid)})`;
  return [`${done} the contents of ${count(copied, 'file')} of git-lfs`, ...left];
}

/** How many files, of what is checked out, have contents here that the human's folder has not. */
export async function contentsOnlyHere(checkout: string, gitFolder: string): Promise<number> {
  if (!(await usesLfs(checkout))) return 0;
  const [theirs, ours] = [await contentsOf(gitFolder), join(checkout, '.git/lfs/objects')];
  const only = async (place: string) =>
    (await isThere(join(ours, place))) && !(await isThere(join(theirs, place)));
  return (await Promise.all((await placesOf(checkout)).map(only))).filter(Boolean).length;
}

/** Of each file of git-lfs that is checked out, where contents lie in a store. Without git-lfs none. */
async function placesOf(checkout: string): Promise<string[]> {
  const { stdout } = await runGit(checkout, ['lfs', 'ls-files', '--long']);
  const oids = stdout.split('\n').flatMap((line) => /^([0-9a-f]{64}) [*-] /.exec(line)?.[1] ?? []);
  return [...new Set(oids)].map((oid) => join(oid.slice(0, 2), oid.slice(2, 4), oid));
}

async function contentsOf(gitFolder: string): Promise<string> {
  const { stdout } = await runGit(gitFolder, ['config', '--get', 'lfs.storage']);
  return join(resolve(gitFolder, stdout.trim() || 'lfs'), 'objects');
}

/** Half a copy never passes for one. */
async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, `${to}.part`, constants.COPYFILE_FICLONE);
  await rename(`${to}.part`, to);
}
