// Reads of the files that final reports name.
import type { DatabaseSync } from 'node:sqlite';
import type { ArtifactType, RefusedReason } from '../../contract/artifacts.ts';
import { prepared, type Row } from '../reader.ts';

export interface ArtifactRow {
  objective: string;
  /** within its objective, from 1 */
  n: number;
  product: string;
  path: string;
  bytes: number | null;
  /** of its contents; null: refused */
  sha256: string | null;
  type: ArtifactType | null;
  refused: RefusedReason | null;
  removed: 'age' | 'size' | null;
  keptAtMs: number;
}

/** One that is there. */
export type KeptRow = ArtifactRow & { bytes: number; sha256: string; type: ArtifactType };

const artifactOf = (r: Row): ArtifactRow => ({
  objective: r.objective as string,
  n: r.n as number,
  product: r.product as string,
  path: r.path as string,
  bytes: r.bytes as number | null,
  sha256: r.sha256 as string | null,
  type: r.type as ArtifactType | null,
  refused: r.refused as RefusedReason | null,
  removed: r.removed as ArtifactRow['removed'],
  keptAtMs: r.kept_at_ms as number,
});

export function artifactStore(db: DatabaseSync) {
  const many = (sql: string, ...values: (string | number | null)[]): ArtifactRow[] =>
    prepared(db, sql)
      .all(...values)
      .map(artifactOf);
  return {
    /** All that its report names, in its order. */
    of: (objective: string): ArtifactRow[] =>
      many('SELECT * FROM artifacts WHERE objective = ? ORDER BY n', objective),
    /** Those of which a file is there, the latest first. */
    objectives: (limit: number): { id: string; product: string }[] =>
      prepared(
        db,
        `SELECT objective AS id, product FROM artifacts WHERE refused IS NULL AND removed IS NULL
         GROUP BY objective ORDER BY max(kept_at_ms) DESC, objective LIMIT ?`,
      ).all(limit) as { id: string; product: string }[],
    /** Those that are there, of all products: the newest first, of one report as it names them. */
    kept: (): KeptRow[] =>
      many(
        `SELECT * FROM artifacts WHERE refused IS NULL AND removed IS NULL ORDER BY kept_at_ms DESC, objective, n`,
      ) as KeptRow[],
  };
}
