// Files that an objective's final report names, shown and handed out to whoever asks.
import { FleetError } from '../../common/errors.ts';
import type { ArtifactContent, ArtifactsView, ArtifactView } from '../../contract/artifacts.ts';
import type { ArtifactRow } from '../../journal/artifacts/store.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import type { FleetContext } from '../context.ts';

export type Artifacts = ReturnType<typeof createArtifacts>;

export function createArtifacts(
  { journal, artifactFiles }: Pick<FleetContext, 'journal' | 'artifactFiles'>,
  { requireObjective }: { requireObjective(id: string): ObjectiveRow },
) {
  function list({ id: objective, product }: Pick<ObjectiveRow, 'id' | 'product'>): ArtifactsView {
    const [named] = journal.eventsOf(objective, 'artifacts.kept');
    const files = journal.artifacts.of(objective).map(viewOf);
    return { objective, product, files, more: named?.data.more ?? 0 };
  }

  return {
    /** Those of which a file is kept, the latest first. */
    all: (limit: number): ArtifactsView[] => journal.artifacts.objectives(limit).map(list),

    /** @throws FleetError OBJECTIVE_UNKNOWN */
    list: (asked: string): ArtifactsView => list(requireObjective(asked)),

    /** @throws FleetError OBJECTIVE_UNKNOWN, ARTIFACT_UNKNOWN, ARTIFACT_GONE */
    async read(asked: string, n: number): Promise<ArtifactContent> {
      const { id: objective, product } = requireObjective(asked);
      const rows = journal.artifacts.of(objective);
      const row = rows.find((one) => one.n === n);
      if (row === undefined)
        throw new FleetError({
          code: 'ARTIFACT_UNKNOWN',
          product,
          message: `Expected a file that the report of ${objective} names, numbered ${rows.length === 0 ? 'at all' : `1 to ${rows.length}`}, got ${n}.`,
          mend: `See them with \`fleet artifacts ${objective}\`.`,
        });
      const view = viewOf(row);
      const bytes =
        view.state === 'kept' && row.sha256 !== null ? await artifactFiles.get(product, row.sha256) : null;
      if (bytes !== null) return { ...view, base64: bytes.toString('base64') };
      throw new FleetError({
        code: 'ARTIFACT_GONE',
        product,
        message: `Expected file ${n} of ${objective} to be kept, got one that is ${view.state === 'kept' ? 'gone from the state folder of fleetd, or damaged' : view.state}.`,
        mend: `See why with \`fleet artifacts ${objective}\`; the repository may still have it.`,
      });
    },
  };
}

const viewOf = ({ n, path, bytes, type, refused, removed, keptAtMs }: ArtifactRow): ArtifactView => ({
  n,
  path,
  state: refused !== null ? 'refused' : removed !== null ? 'removed' : 'kept',
  bytes,
  type,
  why: refused ?? removed,
  at: new Date(keptAtMs).toISOString(),
});
