// What workers leave: worktrees, and branches that wait to be merged.
import { z } from 'zod';
import { readReply } from '../envelope.ts';
import { command } from './command.ts';

/** `ov worktree list`: the worktrees of workers. */
export const worktreeList = command({
  name: 'worktree.list',
  args: z.strictObject({}),
  reply: z.object({
    worktrees: z.array(
      z.object({
        path: z.string(),
        branch: z.string(),
        head: z.string(),
        /** null: a worktree no agent's row names */
        agentName: z.string().nullable(),
        state: z.string().nullable(),
        taskId: z.string().nullable(),
      }),
    ),
  }),
  argv: () => ['worktree', 'list', '--json'],
  timeoutMs: 15_000,
});

const entry = z.object({
  branchName: z.string(),
  taskId: z.string(),
  agentName: z.string(),
  filesModified: z.array(z.string()),
  status: z.string(),
  /** >= 0.10; with git before 2.40 it always says prediction-failed */
  prediction: z
    .object({ predictedTier: z.string(), wouldRequireAgent: z.boolean(), reason: z.string() })
    .optional(),
});
const waiting = z.object({ entries: z.array(entry) });
// An empty queue answers {results: [], count: 0}, a filled one {entries}.
const said = z.union([
  waiting,
  z.object({ count: z.literal(0) }).transform(() => ({ entries: [] as z.infer<typeof entry>[] })),
]);

/** `ov merge --all --dry-run`: what waits to be merged. Nothing is merged. */
export const mergeDryRun = command({
  name: 'merge.dryRun',
  args: z.strictObject({}),
  reply: waiting,
  argv: () => ['merge', '--all', '--dry-run', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('merge.dryRun', said, run),
});
