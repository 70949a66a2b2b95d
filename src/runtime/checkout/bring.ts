// What a product had in the human's folder when overstory still worked there comes along, copied, never moved: its
// configuration, its mulch and its seeds, as far as git does not bring them anyway.
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './run-git.ts';
import { isThere, type Source } from './source.ts';

/** Knowledge and tickets: the folders of overstory's sister tools. */
export const kept = ['.mulch', '.seeds', '.canopy'];
/** Of `.overstory`: what a human or `ov init` wrote. The rest is state of sessions that ran there. */
export const written = [
  'config.yaml',
  'config.local.yaml',
  'agent-manifest.json',
  'hooks.json',
  '.gitignore',
  'README.md',
  'agent-defs',
  'specs',
];

/** @returns what was copied, in words */
export async function bringAlong(checkout: string, { folder, bare }: Source): Promise<string[]> {
  if (bare) return [];
  const wanted = [...kept, ...written.map((name) => join('.overstory', name))];
  const brought: string[] = [];
  for (const path of wanted) {
    if (!(await isThere(join(folder, path))) || (await isThere(join(checkout, path)))) continue;
    // `ov init` makes some that stay empty
    if ((await readdir(join(folder, path)).catch(() => null))?.length === 0) continue;
    await mkdir(join(checkout, path, '..'), { recursive: true });
    // Links are copied as links: none leads back into the folder that is not to be written.
    await cp(join(folder, path), join(checkout, path), { recursive: true, verbatimSymlinks: true });
    brought.push(`copied ${path}`);
  }
  return brought;
}

/** Worktrees that sessions of the old way left in the human's folder: theirs to look at, ours to name. */
export async function oldWorktrees(folder: string): Promise<string[]> {
  const own = join(folder, '.overstory', 'worktrees');
  if ((await readdir(own).catch(() => [])).length === 0) return [];
  const { stdout } = await runGit(folder, ['worktree', 'list', '--porcelain']);
  return stdout
    .split('\n')
    .flatMap((line) => (line.startsWith(`worktree ${own}/`) ? line.slice('worktree '.length) : []));
}
