// The fence around a product that was moved: its epoch, kept in the workspace, is counted up with each move. Who asks with a
// lower one has not heard of the move, and may write nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import { fleetFolder, keep } from './file.ts';

/** Keeps a higher epoch than the known one. @throws FleetError EPOCH_OLD, LEASE_NOT_KEPT */
export async function requireEpoch(
  workspaceRoot: string,
  { name, epoch }: Pick<ProductRef, 'name' | 'epoch'>,
): Promise<void> {
  // Of a fleet that has one runtime there are no moves.
  if (epoch === undefined) return;
  const file = join(fleetFolder(workspaceRoot), 'epochs', name);
  const known = Number(await readFile(file, 'utf8').catch(() => '0')) || 0;
  if (epoch < known)
    throw new FleetError({
      code: 'EPOCH_OLD',
      product: name,
      message: `Expected epoch ${known} of ${name} in this workspace, got the older ${epoch}.`,
      mend: 'Nothing was done: it was moved since. `fleet runtimes` says where it is now; a fleetd that does not know of it is to be stopped.',
    });
  if (epoch > known) await keep(file, `${epoch}\n`);
}
