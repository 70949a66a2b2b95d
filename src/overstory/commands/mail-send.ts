import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { idSchema, option, textSchema, typedLine, typedText } from '../sanitize.ts';

const args = z.strictObject({
  /** one agent; groups (@all) are not offered */
  to: idSchema,
  subject: textSchema,
  body: textSchema,
  /** status when left out; `ov` refuses the types it does not know */
  type: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
});
const reply = z.object({ id: z.string() });

/** `ov mail send` as operator. From 0.10 on a finished recipient is OV_NOT_RUNNING; 0.9 stores it unread. */
export const mailSend: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'mail.send',
  args,
  reply,
  argv: ({ to, subject, body, type, priority }) => [
    'mail',
    'send',
    '--from',
    'operator',
    '--to',
    to,
    '--json',
    ...(type ? ['--type', type] : []),
    ...(priority ? ['--priority', priority] : []),
    option('subject', typedLine('subject', subject)),
    option('body', typedText('body', body)),
  ],
  timeoutMs: 20_000,
  read: (run) => readReply('mail.send', reply, run),
};
