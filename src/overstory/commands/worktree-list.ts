import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
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
});

/** `ov worktree list`: the worktrees of workers. */
export const worktreeList: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'worktree.list',
  args,
  reply,
  argv: (_args) => ['worktree', 'list', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('worktree.list', reply, run),
};
