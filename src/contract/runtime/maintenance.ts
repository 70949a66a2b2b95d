// What the agent may change in a product beyond running `ov`.
import { z } from 'zod';
import { directCapabilities } from '../../overstory/capabilities.ts';
import { commitIdSchema, markSchema, revertOrderSchema } from './diff.ts';

const workerBranchSchema = z.string().regex(/^overstory\/[a-z0-9][a-z0-9-]{0,80}\/obj-\d{1,12}$/);
const slingOrderSchema = z.strictObject({
  objective: z.string().regex(/^obj-\d{1,12}$/),
  capability: z.enum(directCapabilities),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  /** of what it is to do, as `ov spec write` said it */
  spec: z.string().max(4096),
  /** a worker's branch that it begins on; null: what is checked out */
  base: workerBranchSchema.nullable(),
});
export type SlingOrder = z.infer<typeof slingOrderSchema>;

/** What the agent may change in a product beyond running `ov`: a closed list, see runtime/agent/maintenance/. */
export const maintenanceTaskSchema = z.discriminatedUnion('kind', [
  /** Everything a coordinator's start depends on: mended where that is safe, else refused with a code. */
  z.strictObject({ kind: z.literal('prepare'), maxWorkers: z.number().int().min(1).nullable() }),
  /** Ends the product's own coordinator session in tmux, by its exact name. */
  z.strictObject({ kind: z.literal('clear-session') }),
  /** Esc to the menu of a usage limit, where the coordinator's terminal shows one; chooses nothing. */
  z.strictObject({ kind: z.literal('close-menu') }),
  /** Ends these processes, as far as they are still the same, in this product, and started by overstory. */
  z.strictObject({
    kind: z.literal('end-processes'),
    processes: z.array(z.strictObject({ pid: z.number().int().min(2), startTicks: z.number() })).max(10_000),
  }),
  /** What the coordinator is to merge before it begins, in words: nothing or one sentence, in `left`. */
  z.strictObject({ kind: z.literal('base') }),
  /** New commits of the human's that a coordinator at work may want, looked for now. In `news`. */
  z.strictObject({ kind: z.literal('news') }),
  /** What of the repository's state would lose or waste work, in words, in `left`. */
  z.strictObject({ kind: z.literal('state') }),
  /**
   * Keeps where the work of a session stands now by a ref of the fleet's own, so that its commits outlive the branches.
   * In `mark`.
   */
  z.strictObject({
    kind: z.literal('mark'),
    objective: z.string().regex(/^obj-\d{1,12}$/),
    session: z.number().int().min(1),
    point: z.enum(['base', 'head']),
  }),
  /**
   * Starts a worker that has no coordinator, and leaves it to itself once its turn has begun, or after a while. `done`: its
   * turn was seen to begin.
   */
  z.strictObject({ kind: z.literal('sling'), order: slingOrderSchema }),
  /** Merges a worker's branch into what its product has checked out; merged already is well. */
  z.strictObject({ kind: z.literal('take'), branch: workerBranchSchema }),
  /** Takes back what an objective made, by a commit on top. In `commit`. */
  z.strictObject({ kind: z.literal('revert'), order: revertOrderSchema }),
  /** The workers' branches, by whether the current branch has them. */
  z.strictObject({ kind: z.literal('branches') }),
  /** `fleet init`: overstory's files for a product that is not code */
  z.strictObject({ kind: z.literal('lay-down'), type: z.enum(['marketing', 'support']) }),
  /** in the product's own mulch, where that is there */
  z.strictObject({ kind: z.literal('record-lesson'), text: z.string().min(1).max(1_000) }),
]);
export type MaintenanceTask = z.infer<typeof maintenanceTaskSchema>;

export const maintenanceReplySchema = z.object({
  /** what was mended or ended, in words; of branches: the merged ones */
  done: z.array(z.string()),
  /** what is left, e.g. `212 node`; of branches: those not merged */
  left: z.array(z.string()),
  /** of branches: the one that holds the merged ones; null: none does, HEAD is detached */
  into: z.string().nullish(),
  /** of mark; null: there is no commit yet */
  mark: markSchema.nullish(),
  /** of news: the newest commit, and what is said of them; null: nothing is new */
  news: z.object({ commit: commitIdSchema, text: z.string() }).nullish(),
  /** of revert */
  commit: commitIdSchema.optional(),
});
export type MaintenanceReply = z.infer<typeof maintenanceReplySchema>;
