// What came of an objective, shown to whoever asks.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { DiffView, diffQuerySchema } from '../../contract/work.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext } from '../context.ts';
import { madeBy } from '../observe/made.ts';

export type Work = ReturnType<typeof createWork>;

export function createWork(
  context: Pick<FleetContext, 'journal' | 'runtime'>,
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
      const { patch, path = null, maxBytes } = asked;
      const made = await madeBy(context, product, id, { patch, path, maxBytes });
      if (made === null)
        throw new FleetError({
          code: 'DIFF_NOT_BEGUN',
          product: product.name,
          message: `Expected a session of ${id} that began its work, got none: it is ${objective.state}.`,
          mend:
            objective.state === 'queued' || objective.state === 'starting'
              ? 'Ask again when it is at work.'
              : 'What was made before the fleet kept this is in the history of the repository.',
        });
      return {
        objective: id,
        product: product.name,
        ...made,
        unmerged: (context.journal.lastEnded(id)?.leftovers ?? []).flatMap(
          (one) => /^branch (.+)$/.exec(one)?.[1] ?? [],
        ),
      };
    },
  };
}
