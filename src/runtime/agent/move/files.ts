// What is not in git and the next session needs: overstory's configuration, and the files of its sister tools. It travels
// as one commit of the bundle: git reads and writes the files, and leads out of no folder.
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { maxMovedFileBytes, maxMovedFiles, movedFilesRef } from '../../../contract/runtime/move.ts';
import { kept, written } from '../../checkout/bring.ts';
import { runGit } from '../../checkout/run-git.ts';
import { must } from './must.ts';

/** Of a session that is over nothing else is asked again: its books stay in the old folder. */
const roots = [...kept, ...[...written, 'agents'].map((name) => `.overstory/${name}`)];

/** Links and whatever else is no plain file stay behind. */
async function filesBelow(folder: string, path: string, found: Map<string, number>): Promise<void> {
  const at = await lstat(join(folder, path)).catch(() => null);
  if (at?.isFile() && !path.includes('\n')) found.set(path, at.size);
  if (!at?.isDirectory()) return;
  for (const name of (await readdir(join(folder, path))).toSorted())
    if (name.toLowerCase() !== '.git' && found.size <= maxMovedFiles)
      await filesBelow(folder, `${path}/${name}`, found);
}

/** An index that is not the checkout's own, so that nobody sees it. */
export async function withIndex<T>(use: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-move-'));
  try {
    return await use({
      GIT_INDEX_FILE: join(folder, 'index'),
      GIT_AUTHOR_NAME: 'fleet',
      GIT_AUTHOR_EMAIL: 'fleet@localhost',
      GIT_COMMITTER_NAME: 'fleet',
      GIT_COMMITTER_EMAIL: 'fleet@localhost',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hangs a commit of them at `movedFilesRef`. @throws FleetError MOVE_TOO_LARGE, MOVE_FAILED */
export async function packFiles(product: string, folder: string): Promise<void> {
  const found = new Map<string, number>();
  for (const path of roots) await filesBelow(folder, path, found);
  const paths = [...found.keys()];
  const bytes = [...found.values()].reduce((sum, size) => sum + size, 0);
  if (paths.length > maxMovedFiles || bytes > maxMovedFileBytes)
    throw new FleetError({
      code: 'MOVE_TOO_LARGE',
      product,
      message: `Expected at most ${maxMovedFiles} files and ${maxMovedFileBytes} bytes in ${roots.slice(0, 3).join(', ')} and .overstory, got ${paths.length} files and ${bytes} bytes.`,
      mend: 'Commit or prune them, then move it.',
    });
  const git = must(product, folder);
  await withIndex(async (env) => {
    if (paths.length > 0) {
      const input = `${paths.join('\n')}\n`;
      const ids = (await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })).split('\n');
      const lines = paths.map((path, at) => `100644 ${ids[at]}\t${path}\n`);
      await git(['update-index', '--add', '--index-info'], { env, input: lines.join('') });
    }
    const tree = await git(['write-tree'], { env });
    const commit = await git(['commit-tree', tree, '-m', 'What is not in git'], { env });
    await git(['update-ref', movedFilesRef, commit]);
  });
}

const entryPattern = /^100644 blob [0-9a-f]+ +(\d+)\t(.+)$/s;

/** @throws FleetError MOVE_FAILED: it holds what pack never packs */
export async function unpackFiles(product: string, folder: string): Promise<void> {
  const git = must(product, folder);
  const listed = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', movedFilesRef]);
  const entries = listed.split('\0').filter((line) => line !== '');
  let bytes = 0;
  for (const line of entries) {
    const [, size = '', path = ''] = entryPattern.exec(line) ?? [];
    bytes += Number(size);
    const known = roots.some((root) => path === root || path.startsWith(`${root}/`));
    if (!known || bytes > maxMovedFileBytes || entries.length > maxMovedFiles)
      throw new FleetError({
        code: 'MOVE_FAILED',
        product,
        message: `Expected files of overstory and its sister tools within ${maxMovedFileBytes} bytes, got ${JSON.stringify(line.slice(0, 200))}.`,
        mend: 'Nothing was written. Look at what lies in the product’s folders.',
      });
  }
  await withIndex(async (env) => {
    await git(['read-tree', movedFilesRef], { env });
    await git(['checkout-index', '--all', '--force', '--quiet'], { env });
  });
  await runGit(folder, ['update-ref', '-d', movedFilesRef]);
}
