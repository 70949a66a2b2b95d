// Facts about moves → their table, inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { MoveEvents } from './events.ts';

export function applyMove(
  event: JournalEvent & { kind: keyof MoveEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, atMs } = event;
  switch (event.kind) {
    case 'product.moving': {
      const { from, to, epoch, salvage } = event.data;
      expectOne(
        'INSERT INTO moves (product, origin, target, epoch, salvage, since_ms) VALUES (?, ?, ?, ?, ?, ?)',
        product,
        from,
        to,
        epoch,
        salvage ? 1 : 0,
        atMs,
      );
      return;
    }
    case 'product.stays':
    case 'product.moved':
      expectOne('DELETE FROM moves WHERE product = ? AND epoch = ?', product, event.data.epoch);
      return;
  }
}

/** From a runtime that is gone nothing comes any more, and to it nothing goes. */
export function endMovesOf(db: DatabaseSync, runtime: string): void {
  db.prepare('DELETE FROM moves WHERE origin = ? OR target = ?').run(runtime, runtime);
}
