// The facts about moves to another runtime. That the product has its new place is `product.placed`, as ever.
import type { FleetErrorShape } from '../../common/errors.ts';
import type { Source } from '../../contract/source.ts';

export interface MoveEvents {
  /** From here on nothing starts there. epoch: of its next place. salvage: what is not committed comes along on branches */
  'product.moving': { from: string; to: string; epoch: number; salvage: boolean; source: Source };
  /** It stays where it is. error: why; null: a human called it off */
  'product.stays': { to: string; epoch: number; error: FleetErrorShape | null };
  /** All is done. aside: its old folder, as it is named now; null: there was none any more */
  'product.moved': { from: string; to: string; epoch: number; aside: string | null };
}
