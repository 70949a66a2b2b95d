// A container of one product knows no products.yaml: what lies in its workspace is settled, and what is missing is made when
// fleetd asks for it.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import type { OvFeatures } from '../../overstory/command.ts';
import { type PreparedProduct, settleProduct } from './products.ts';

/** Never rejects for a folder: its failure is in its own entry. @param workspace  folder of checkouts */
export async function settleWorkspace(workspace: string, features: OvFeatures): Promise<PreparedProduct[]> {
  const names = (await readdir(workspace)).filter((name) => !name.startsWith('.')).sort();
  const settled: PreparedProduct[] = [];
  for (const product of names) {
    const root = join(workspace, product);
    const known = await stat(join(root, '.overstory', 'config.yaml')).catch(() => null);
    if (known === null) continue;
    const error = await settleProduct(root, features).then(
      () => null,
      (thrown) => FleetError.wrap(thrown, product).toJSON(),
    );
    settled.push({ product, done: ['settled what the last container left'], error });
  }
  return settled;
}
