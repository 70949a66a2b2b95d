// The moves that are under way.
import type { DatabaseSync } from 'node:sqlite';
import { kept } from '../kept.ts';
import { prepared, type Row } from '../reader.ts';

export interface MoveRow {
  product: string;
  from: string;
  to: string;
  /** of its next place */
  epoch: number;
  salvage: boolean;
  sinceMs: number;
}

const moveOf = (r: Row): MoveRow => ({
  product: r.product as string,
  from: r.origin as string,
  to: r.target as string,
  epoch: r.epoch as number,
  salvage: r.salvage === 1,
  sinceMs: r.since_ms as number,
});

export function moveStore(db: DatabaseSync) {
  return {
    /** null: it is not on its way. */
    of(product: string): MoveRow | null {
      const found = prepared(db, 'SELECT * FROM moves WHERE product = ?').get(product);
      return found ? moveOf(found as Row) : null;
    },
    open: kept(db, ['moves'], (): readonly MoveRow[] =>
      prepared(db, 'SELECT * FROM moves ORDER BY since_ms, product').all().map(moveOf),
    ),
  };
}
