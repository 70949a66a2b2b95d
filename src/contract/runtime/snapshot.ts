// What one product looks like now.
import { z } from 'zod';
import type { FleetError } from '../../common/errors.ts';
import { errorShapeSchema } from '../reply.ts';

/** What a worker printed whose claude is gone, at most. */
export const maxDeathCharacters = 2_000;

export const workerSchema = z.object({
  name: z.string(),
  capability: z.string(),
  /** as `ov status` says: booting, working, in_turn, between_turns, stalled, zombie, completed */
  state: z.string(),
  /** Its claude is gone without having ended its turn (its state is then zombie, whatever `ov` says): what it printed, or ''. */
  death: z.string().max(maxDeathCharacters).nullish(),
  /** With `death`: whether that was after its first word. */
  spoke: z.boolean().nullish(),
  taskId: z.string(),
  parent: z.string().nullable(),
  depth: z.number(),
  branch: z.string(),
  worktree: z.string(),
  startedAt: z.string(),
  lastActivity: z.string(),
});
export type Worker = z.infer<typeof workerSchema>;

export const mailSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  type: z.string(),
  priority: z.string(),
  threadId: z.string().nullable(),
  payload: z.string().nullable(),
  read: z.boolean(),
  createdAt: z.string(),
});
export type Mail = z.infer<typeof mailSchema>;

/** What one product looks like now, from `ov` output only. */
export const productSnapshotSchema = z.object({
  product: z.string(),
  /** ms since epoch on the agent's clock, when the evidence was gathered */
  observedAtMs: z.number(),
  /**
   * ok: `ov` answered. missing: no such folder. uninitialised: no .overstory/config.yaml.
   * error: `ov` failed. Of all but ok: the reason is in `error`; the other fields are then empty, not "idle".
   */
  health: z.enum(['ok', 'missing', 'uninitialised', 'error']),
  error: errorShapeSchema.nullable(),
  /** project.name of .overstory/config.yaml: tmux sessions carry it, it may differ from the product's name */
  projectName: z.string().nullable(),
  /** currentRunId of `ov status` */
  runId: z.string().nullable(),
  coordinator: z
    .object({
      state: z.string(),
      sessionId: z.string(),
      tmuxSession: z.string(),
      /** tmuxSession is in the server's list of sessions */
      tmuxAlive: z.boolean(),
      pid: z.number().nullable(),
      startedAt: z.string(),
      lastActivity: z.string(),
    })
    .nullable(),
  /** everyone but the coordinator */
  workers: z.array(workerSchema),
  /** unread mail to operator, oldest first, up to maxSnapshotMailBytes */
  operatorMail: z.array(mailSchema),
  /** how many unread mails to operator were left out for their length */
  operatorMailLeftOut: z.number(),
  mergeQueueCount: z.number(),
  /** the workers', under .overstory/worktrees: those that a human made by hand are not among them */
  worktrees: z.array(z.object({ path: z.string(), branch: z.string(), head: z.string() })),
  /** of disk that its checkout holds; null or absent: not counted yet */
  diskBytes: z.number().nullish(),
  /** what ran in it was stopped at the end of a lease, and nothing was started since */
  endedByLease: z.literal(true).optional(),
});
export type ProductSnapshot = z.infer<typeof productSnapshotSchema>;

/** A snapshot that has no evidence of anything, and its reason. */
export const blindSnapshot = (
  product: string,
  observedAtMs: number,
  health: Exclude<ProductSnapshot['health'], 'ok'>,
  error: FleetError,
): ProductSnapshot => ({
  ...emptySnapshot(product, observedAtMs),
  health,
  error: { ...error.toJSON(), product },
});

/** One of a product that has nothing. */
export const emptySnapshot = (product: string, observedAtMs: number): ProductSnapshot => ({
  product,
  observedAtMs,
  health: 'ok',
  error: null,
  projectName: null,
  runId: null,
  coordinator: null,
  workers: [],
  operatorMail: [],
  operatorMailLeftOut: 0,
  mergeQueueCount: 0,
  worktrees: [],
});
