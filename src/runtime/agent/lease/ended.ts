// What the watchdog has ended, in the workspace: without it a coordinator that was stopped at the end of a lease looks like
// one that finished, or died, to a fleetd that reaches the runtime again.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { liesUnder } from '../confine.ts';
import { fleetFolder, keep } from './file.ts';

const pathsSchema = z.string().array();
const isIn = (folder: string, path: string) => path === folder || liesUnder(folder, path);
const endedFile = (workspaceRoot: string) => join(fleetFolder(workspaceRoot), 'ended.json');

/** Of a file that cannot be read nothing was ended: what is found dead then counts as dead. */
async function read(workspaceRoot: string): Promise<string[]> {
  try {
    return pathsSchema.parse(JSON.parse(await readFile(endedFile(workspaceRoot), 'utf8')));
  } catch {
    return [];
  }
}

/** @param paths  in which something is ended just now @throws FleetError LEASE_NOT_KEPT */
export async function noteEnded(workspaceRoot: string, paths: readonly string[]): Promise<void> {
  const known = await read(workspaceRoot);
  const all = [...new Set([...known, ...paths])];
  if (all.length > known.length) await keep(endedFile(workspaceRoot), `${JSON.stringify(all)}\n`);
}

/** Whether something of this product was ended, and nothing was begun since. */
export const wasEnded = async (workspaceRoot: string, folder: string): Promise<boolean> =>
  (await read(workspaceRoot)).some((path) => isIn(folder, path));

/** Something is begun there. @throws FleetError LEASE_NOT_KEPT */
export async function forgetEnded(workspaceRoot: string, folder: string): Promise<void> {
  const known = await read(workspaceRoot);
  const left = known.filter((path) => !isIn(folder, path));
  if (left.length < known.length) await keep(endedFile(workspaceRoot), `${JSON.stringify(left)}\n`);
}
