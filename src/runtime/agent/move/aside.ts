// What lies in a product's place is never deleted by a move: it gets another name beside it.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from '../../checkout/run-git.ts';
import { isThere } from '../../checkout/source.ts';
import { type Arrival, arrivesFor, noteArrival } from './arrival.ts';
import { worktreesOf } from './worktrees.ts';

/** Whether a folder directly in the workspace is one that a move has set aside: nothing runs there. */
export const isSetAside = (folder: string): boolean => /\.(?:before|moved)-\d+(?:-\d+)?$/.test(folder);

/** Clears the place once for each move: what is found there later is of this move. @returns the folder set aside */
export async function begin(
  arrival: Arrival,
  root: string,
  folder: string | null,
  epoch: number,
): Promise<string | null> {
  if ((await arrivesFor(arrival)) === epoch) return null;
  const aside = folder === null ? null : await renameTo(folder, `${root}.before-${epoch}`);
  await noteArrival(arrival, epoch);
  return aside;
}

/** @returns the folder as it is named now, also where it was named so before; null: there is none */
export async function setAside(root: string, folder: string | null, epoch: number): Promise<string | null> {
  const name = `${root}.moved-${epoch}`;
  if (folder === null) return (await isThere(name)) ? name : null;
  return await renameTo(folder, name);
}

async function renameTo(folder: string, wanted: string): Promise<string> {
  let name = wanted;
  for (let n = 2; await isThere(name); n++) name = `${wanted}-${n}`;
  const worktrees = (await worktreesOf(folder)).slice(1);
  await rename(folder, name);
  // They name the folder of the repository, and it them.
  const inside = worktrees.flatMap(({ path }) =>
    path.startsWith(`${folder}/`) ? join(name, path.slice(folder.length + 1)) : [],
  );
  if (inside.length > 0) await runGit(name, ['worktree', 'repair', ...inside]);
  return name;
}
