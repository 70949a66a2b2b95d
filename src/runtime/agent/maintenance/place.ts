import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { Ov } from '../ov.ts';

/** Where a task of maintenance is done. */
export interface Place {
  product: ProductRef;
  /** resolved, and there */
  folder: string;
  workspaceRoot: string;
  ov: Ov;
  servePids: () => ReadonlySet<number>;
}
