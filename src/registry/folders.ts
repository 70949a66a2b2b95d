// Where a product's folders are. The human's repositories lie under one root, the fleet's clones of them under another,
// at the same place in each; without repositories of a human there is the second only.
import { posix } from 'node:path';
import type { Product } from './registry.ts';

export interface Roots {
  /** absolute, in the runtime */
  workspaceRoot: string;
  /** absolute, in the runtime; null or left out: no repositories of a human are there */
  projectsRoot?: string | null;
}

/** The path as it is below its root; null: it leads out of it, or is the root itself. */
export function pathInside(path: string, { workspaceRoot, projectsRoot }: Roots): string | null {
  // nobody expands "~" here: it would be a folder of that name
  if (path.startsWith('~')) return null;
  const roots = posix.isAbsolute(path) && projectsRoot ? [projectsRoot, workspaceRoot] : [workspaceRoot];
  for (const root of roots) {
    const inside = posix.relative(root, posix.resolve(root, path));
    if (!/^(\.\.(\/|$)|$)/.test(inside)) return inside;
  }
  return null;
}

/** Whether its clone stands under its own name: others may have clones of the same repository. */
export const sharesRepository = (
  { checkout, paths }: { checkout: Product['checkout']; paths: readonly string[] | null },
  { projectsRoot }: Roots,
): boolean => Boolean(projectsRoot) && checkout === 'own' && paths !== null;

/** @param product  its path is one that pathInside() takes */
export function foldersOf(
  product: { name: string; path: string; checkout: Product['checkout']; paths: readonly string[] | null },
  roots: Roots,
): Pick<Product, 'root' | 'source'> {
  const inside = pathInside(product.path, roots) ?? product.path;
  const own = posix.join(roots.workspaceRoot, sharesRepository(product, roots) ? product.name : inside);
  if (!roots.projectsRoot) return { root: own, source: null };
  const theirs = posix.join(roots.projectsRoot, inside);
  return product.checkout === 'own' ? { root: own, source: theirs } : { root: theirs, source: null };
}
