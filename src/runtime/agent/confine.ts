// Where the agent may look and run: inside its own workspace root, and for a look inside one product.
// Symlinks are resolved first, and whatever is done afterwards is done on the resolved path.
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';

/** Whether `path` lies strictly under `root`; both absolute and resolved. */
export function liesUnder(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest !== '' && rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Resolves symlinks in the part of the path that exists; the rest is kept as it is. */
async function resolveExisting(path: string): Promise<{ path: string; exists: boolean }> {
  try {
    return { path: await realpath(path), exists: true };
  } catch (error) {
    const parent = dirname(path);
    if (!isAbsence(error) || parent === path) throw error;
    const above = await resolveExisting(parent);
    return { path: join(above.path, relative(parent, path)), exists: false };
  }
}

function escapes(product: string, path: string, root: string): FleetError {
  return new FleetError({
    code: 'PATH_ESCAPES',
    message: `Expected a path inside ${root}, got ${JSON.stringify(path.slice(0, 200))}.`,
    mend: 'Give a path that stays inside, also after its symbolic links are followed.',
    product,
  });
}

async function confine(product: string, root: string, path: string) {
  if (path.includes('\0')) throw escapes(product, path, root);
  let found: { path: string; exists: boolean };
  try {
    found = await resolveExisting(path);
  } catch {
    // A loop of links, a name too long, a folder that may not be entered: it leads nowhere inside.
    throw escapes(product, path, root);
  }
  if (found.path !== root && !liesUnder(root, found.path)) throw escapes(product, path, root);
  return found;
}

/** The folder that a product must lie in: its checkout of the fleet's own in the workspace, a human's folder among the projects. */
export function boundOf(
  roots: { workspaceRoot: string; projectsRoot: string | null },
  product: ProductRef,
): string {
  return product.checkout === 'in-place' ? (roots.projectsRoot ?? roots.workspaceRoot) : roots.workspaceRoot;
}

/**
 * The product's real folder, or null if there is none.
 * @param workspaceRoot resolved already
 * @throws PATH_ESCAPES for a root that is relative, is the workspace root itself or leads out of it
 */
export async function productFolder(workspaceRoot: string, product: ProductRef): Promise<string | null> {
  if (!isAbsolute(product.root)) throw escapes(product.name, product.root, workspaceRoot);
  const found = await confine(product.name, workspaceRoot, resolve(product.root));
  if (found.path === workspaceRoot) throw escapes(product.name, product.root, workspaceRoot);
  return found.exists ? found.path : null;
}

/**
 * The real path of something inside a product's real folder, or null if there is no such thing.
 * @throws PATH_ESCAPES for a path that is absolute or leads out of the folder
 */
export async function pathInside(product: string, folder: string, path: string): Promise<string | null> {
  if (isAbsolute(path)) throw escapes(product, path, folder);
  const found = await confine(product, folder, resolve(folder, path));
  return found.exists ? found.path : null;
}
