import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  running: z.boolean(),
  /** the following only while there is a row for it; a dead one says zombie once */
  sessionId: z.string().optional(),
  state: z.string().optional(),
  tmuxSession: z.string().optional(),
  pid: z.number().nullable().optional(),
  startedAt: z.string().optional(),
  lastActivity: z.string().optional(),
  watchdogRunning: z.boolean(),
});

/** `ov coordinator status`: twice the cost of `status` and needs `ov` on its own PATH; to confirm, not to poll. */
export const coordinatorStatus: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.status',
  args,
  reply,
  argv: (_args) => ['coordinator', 'status', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('coordinator.status', reply, run),
};
