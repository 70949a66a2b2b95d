// The repositories of a human in one folder, for who has no products.yaml yet.
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FleetError } from '../common/errors.ts';
import { isThere } from '../runtime/checkout/source.ts';

export interface Found {
  /** resolved, the newest first */
  folders: string[];
  /** what was passed over, in words */
  passed: string[];
}

/** More folders are not looked into: a home or a file server is no folder of repositories. */
const mostFolders = 1_000;
/** As many as a registry should begin with. */
const mostFound = 50;

/**
 * One level below. A `.git` that is a file belongs to a linked worktree or a submodule, whose repository is elsewhere; a
 * bare one has no files to look at, and is passed over too: `fleet add` takes each of them by name.
 * @throws FleetError PRODUCT_MISSING, PRODUCTS_NONE_FOUND
 */
export async function findRepositories(given: string): Promise<Found> {
  const folder = await realpath(given).catch(() => null);
  const entries = folder === null ? null : await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (folder === null || entries === null)
    throw new FleetError({
      code: 'PRODUCT_MISSING',
      message: `Expected a folder that holds your repositories at ${given}, got none that can be read.`,
      mend: 'Name the folder after --projects.',
    });
  const names = entries
    .filter((one) => one.isDirectory() && !one.name.startsWith('.'))
    .map(({ name }) => name);
  const looked = await Promise.all(names.slice(0, mostFolders).map((name) => look(join(folder, name))));
  const found = looked.filter(({ is }) => is === 'repository').sort((a, b) => b.changedMs - a.changedMs);
  const passed = looked.flatMap(({ at, is }) =>
    is === 'linked' || is === 'bare' ? `${basename(at)} (${words[is]})` : [],
  );
  if (names.length > mostFolders)
    passed.push(`${names.length - mostFolders} folders after the first ${mostFolders}`);
  if (found.length > mostFound)
    passed.push(`${found.length - mostFound} repositories that were changed longer ago`);
  if (found.length > 0) return { folders: found.slice(0, mostFound).map(({ at }) => at), passed };
  const itself = await isThere(join(folder, '.git'));
  throw new FleetError({
    code: 'PRODUCTS_NONE_FOUND',
    message: itself
      ? `Expected a folder that holds repositories, got ${folder}, which is one itself.`
      : `Expected git repositories in ${folder}, one level down, got none${passed.length > 0 ? ` but ${passed.join(', ')}` : ''}.`,
    mend: itself
      ? `Give its parent: --projects ${dirname(folder)}`
      : 'Give the folder right above them after --projects.',
  });
}

const words = { linked: 'a worktree or submodule of another', bare: 'bare' };

async function look(at: string) {
  const git = await stat(join(at, '.git')).catch(() => null);
  const changedMs =
    git === null
      ? 0
      : await stat(join(at, '.git', 'index')).then(
          ({ mtimeMs }) => mtimeMs,
          () => git.mtimeMs,
        );
  if (git?.isDirectory()) return { at, is: 'repository' as const, changedMs };
  if (git?.isFile()) return { at, is: 'linked' as const, changedMs };
  const bare =
    (await isThere(join(at, 'HEAD'))) &&
    (await isThere(join(at, 'objects'))) &&
    (await isThere(join(at, 'refs')));
  return { at, is: bare ? ('bare' as const) : ('none' as const), changedMs };
}
