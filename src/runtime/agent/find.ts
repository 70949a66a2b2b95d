// Where a product is, and why `ov` cannot be asked about it.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { lostWorkspace, missingFolder, whyNotCloned, whyUninitialised } from '../checkout/unready.ts';
import { boundOf, productFolder } from './confine.ts';

export type Roots = Parameters<typeof boundOf>[0];
export type Found = { folder: string; why: null } | { folder: string | null; why: FleetError };

/** @throws FleetError PATH_ESCAPES */
export async function findProduct(roots: Roots, product: ProductRef): Promise<Found> {
  const folder = await productFolder(boundOf(roots, product), product);
  if (folder === null) return { folder, why: await whyMissing(roots, product) };
  if (await initialised(folder)) return { folder, why: null };
  const why = await whyUninitialised(product.name, folder, product.checkout === 'in-place');
  // An empty disk in the place of the one that it was made on.
  if (product.expect && why.code === 'PRODUCT_EMPTY')
    return { folder: null, why: lostWorkspace(product.name, product.root) };
  return { folder, why };
}

async function whyMissing({ projectsRoot }: Roots, product: ProductRef): Promise<FleetError> {
  const { name, root, source, expect } = product;
  if (expect) return lostWorkspace(name, root);
  if (!source || projectsRoot === null) return missingFolder(name, root);
  return await whyNotCloned(name, root, source, await productFolder(projectsRoot, { name, root: source }));
}

/** Asking `ov` would not do: it takes a folder without config.yaml for a project of default settings. */
export async function initialised(folder: string): Promise<boolean> {
  return await access(join(folder, '.overstory', 'config.yaml')).then(
    () => true,
    () => false,
  );
}
