// What came of an objective, shown to whoever asks.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { DiffView, diffQuerySchema } from '../../contract/work.ts';
import type { ObjectiveRow, SessionRow } from '../../journal/journal.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';

export type Work = ReturnType<typeof createWork>;

/** Of sessions that followed one another: from the base of the first to the head of the last. */
export interface Stretch extends Pick<SessionRow, 'tips'> {
  base: string;
  /** null: its session is at work */
  head: string | null;
}

/** What lies between two stretches was made by others: the human's commits, or another objective's session. */
export function stretchesOf(sessions: SessionRow[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { baseCommit, headCommit, state, tips } of sessions) {
    if (baseCommit === null || (headCommit === null && state === 'ended')) continue;
    const last = found.at(-1);
    if (last?.head === baseCommit) {
      last.head = headCommit;
      last.tips = [...last.tips, ...tips];
    } else found.push({ base: baseCommit, head: headCommit, tips });
  }
  return found;
}

export function createWork(
  { journal, runtime }: Pick<FleetContext, 'journal' | 'runtime'>,
  {
    requireProduct,
    requireObjective,
  }: { requireProduct(name: string): Product; requireObjective(id: string): ObjectiveRow },
) {
  return {
    /** @throws FleetError DIFF_NOT_BEGUN; DIFF_GONE, DIFF_FAILED, PATH_ESCAPES of the runtime */
    async diff(id: string, asked: z.output<typeof diffQuerySchema>): Promise<DiffView> {
      const objective = requireObjective(id);
      const product = requireProduct(objective.product);
      const sessions = journal.sessionsOf(id);
      const stretches = stretchesOf(sessions);
      if (stretches.length === 0)
        throw new FleetError({
          code: 'DIFF_NOT_BEGUN',
          product: product.name,
          message: `Expected a session of ${id} that began its work, got none: it is ${objective.state}.`,
          mend:
            objective.state === 'queued' || objective.state === 'starting'
              ? 'Ask again when it is at work.'
              : 'What was made before the fleet kept this is in the history of the repository.',
        });
      const { patch, path = null } = asked;
      const maxBytes = Math.ceil(asked.maxBytes / stretches.length);
      const shown = await Promise.all(
        stretches.map(async ({ base, head, tips }) => ({
          base,
          ...(await runtime.diff(product, { base, head, tips, patch, path, maxBytes })),
        })),
      );
      const sum = (of: keyof DiffView['total']) => shown.reduce((all, { total }) => all + total[of], 0);
      return {
        objective: id,
        product: product.name,
        live: stretches.at(-1)?.head === null,
        stretches: shown,
        total: { files: sum('files'), added: sum('added'), deleted: sum('deleted'), commits: sum('commits') },
        unmerged: (journal.lastEnded(id)?.leftovers ?? []).flatMap(
          (one) => /^branch (.+)$/.exec(one)?.[1] ?? [],
        ),
      };
    },
  };
}
