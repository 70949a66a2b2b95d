import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { DiskUse } from '../disk-use.ts';
import type { Ov } from '../ov.ts';

/** Where a task of maintenance is done. */
export interface Place {
  product: ProductRef;
  /** resolved, and there */
  folder: string;
  workspaceRoot: string;
  /** folders of all products that are looked after here, resolved */
  known: () => readonly string[];
  ov: Ov;
  servePids: () => ReadonlySet<number>;
  disk: DiskUse;
}
