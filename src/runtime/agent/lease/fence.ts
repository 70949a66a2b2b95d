// The fence around a product that was moved: its epoch, kept in the workspace, is counted up with each move. Who asks with a
// lower one has not heard of the move, and may write nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import { fleetFolder, keep } from './file.ts';

/** The highest epoch of each product that this workspace has heard of. */
export interface Epochs {
  /** 0: none */
  known(product: string): Promise<number>;
  /** @throws FleetError LEASE_NOT_KEPT */
  keep(product: string, epoch: number): Promise<void>;
}

export const epochsIn = (workspaceRoot: string): Epochs => {
  const file = (product: string) => join(fleetFolder(workspaceRoot), 'epochs', product);
  return {
    known: async (product) => Number(await readFile(file(product), 'utf8').catch(() => '0')) || 0,
    keep: (product, epoch) => keep(file(product), `${epoch}\n`),
  };
};

/** Keeps a higher epoch than the known one. @throws FleetError EPOCH_OLD, LEASE_NOT_KEPT */
export async function requireEpoch(
  epochs: Epochs,
  { name, epoch }: Pick<ProductRef, 'name' | 'epoch'>,
): Promise<void> {
  // Of a fleet that has one runtime there are no moves.
  if (epoch === undefined) return;
  const known = await epochs.known(name);
  if (epoch < known)
    throw new FleetError({
      code: 'EPOCH_OLD',
      product: name,
      message: `Expected epoch ${known} of ${name} in this workspace, got the older ${epoch}.`,
      mend: 'Nothing was done: it was moved since. `fleet runtimes` says where it is now; a fleetd that does not know of it is to be stopped.',
    });
  if (epoch > known) await epochs.keep(name, epoch);
}
