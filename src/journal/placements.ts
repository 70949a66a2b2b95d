// Of several runtimes, where each product is.
import type { Reader } from './reader.ts';

export interface Placement {
  /** null: it lost its place, and has none yet */
  runtime: string | null;
  epoch: number;
  sinceMs: number;
  /** its workspace was there once: where it is gone, work is lost */
  made: boolean;
}

export function placementStore({ rows, kept }: Reader) {
  const of = (r: Record<string, unknown>): Placement => ({
    runtime: (r.runtime as string) || null,
    epoch: r.epoch as number,
    sinceMs: r.since_ms as number,
    made: r.made === 1,
  });
  const placements = kept(
    ['placements'],
    (): ReadonlyMap<string, Placement> =>
      new Map(rows('SELECT * FROM placements').map((r) => [r.product as string, of(r)])),
  );
  return {
    /** null: it has no place yet. */
    placement: (product: string): Placement | null => placements().get(product) ?? null,
    placements,
  };
}
