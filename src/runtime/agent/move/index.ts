// A product comes to this workspace or leaves it, step by step as fleetd says.

import type { MoveReply, MoveStep } from '../../../contract/runtime/move.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import { missingFolder } from '../../checkout/unready.ts';
import { productFolder } from '../confine.ts';
import { arrivalOf, takePart } from './arrival.ts';
import { begin, setAside } from './aside.ts';
import { pack } from './pack.ts';
import { unpack } from './unpack.ts';

/**
 * @param workspaceRoot  resolved
 * @throws FleetError PATH_ESCAPES, PRODUCT_NOT_FOUND, MOVE_UNCOMMITTED, MOVE_TOO_LARGE, MOVE_FAILED
 */
export async function move(workspaceRoot: string, product: ProductRef, step: MoveStep): Promise<MoveReply> {
  const { name, root } = product;
  const folder = await productFolder(workspaceRoot, product);
  const arrival = arrivalOf(workspaceRoot, name);
  if (step.kind === 'begin') return { aside: await begin(arrival, root, folder, step.epoch) };
  if (step.kind === 'aside') return { aside: await setAside(root, folder, step.epoch) };
  if (step.kind === 'part') {
    await takePart(name, arrival, step);
    return {};
  }
  if (folder === null) throw missingFolder(name, root);
  return step.kind === 'pack'
    ? { packed: await pack(name, folder, step) }
    : { needsWhole: !(await unpack(name, folder, arrival.bundle, step.packed)) };
}
