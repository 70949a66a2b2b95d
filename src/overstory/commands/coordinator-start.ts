import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  agentName: z.string(),
  tmuxSession: z.string(),
  projectRoot: z.string(),
  pid: z.number().nullable(),
});

/**
 * `ov coordinator start` in tmux; takes 12.6 s at least, up to a minute.
 * A failure proves nothing: ask for status whatever it says. OV_ALREADY_RUNNING is as good as success.
 */
export const coordinatorStart: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.start',
  args,
  reply,
  argv: (_args) => ['coordinator', 'start', '--no-attach', '--json'],
  timeoutMs: 75_000,
  read: (run) => readReply('coordinator.start', reply, run),
};
