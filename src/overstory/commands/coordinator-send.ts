import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { option, textSchema, typedLine, typedText } from '../sanitize.ts';

const args = z.strictObject({ subject: textSchema, body: textSchema });
const reply = z.object({
  id: z.string(),
  /** false: the mail is stored but the coordinator was not woken. Nudge it; do not send again. */
  nudged: z.boolean(),
});

/** `ov coordinator send`: a mail of type dispatch from operator, and its first 500 characters typed in. */
export const coordinatorSend: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.send',
  args,
  reply,
  argv: ({ subject, body }) => [
    'coordinator',
    'send',
    '--json',
    option('subject', typedLine('subject', subject)),
    option('body', typedText('body', body)),
  ],
  timeoutMs: 20_000,
  read: (run) => readReply('coordinator.send', reply, run),
};
