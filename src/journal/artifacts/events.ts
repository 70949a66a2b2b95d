// The facts about files that final reports name.
import type { ArtifactType, RefusedReason } from '../../contract/artifacts.ts';

/** path: as the report has it, a worker's word. */
export type NamedFile = { path: string; bytes: number | null } & (
  | { sha256: string; bytes: number; type: ArtifactType; refused: null }
  | { sha256: null; type: null; refused: RefusedReason }
);

export interface ArtifactEvents {
  /** All that the report names, in its order. more: further names, not even looked for. Once for an objective. */
  'artifacts.kept': { session: number; files: NamedFile[]; more: number };
  /** n: of files of the objective, which are kept no longer. */
  'artifacts.removed': { n: number[]; why: 'age' | 'size' };
}
