import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  groups: z.array(
    z.object({
      group: z.object({
        id: z.string(),
        name: z.string(),
        memberIssueIds: z.array(z.string()),
        status: z.string(),
      }),
      total: z.number(),
      completed: z.number(),
      inProgress: z.number(),
      blocked: z.number(),
      open: z.number(),
    }),
  ),
});

/** `ov group status`: progress of each batch of tasks. */
export const groupStatus: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'group.status',
  args,
  reply,
  argv: (_args) => ['group', 'status', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('group.status', reply, run),
};
