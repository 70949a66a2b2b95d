import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { mailIdSchema, option, textSchema, typedText } from '../sanitize.ts';

const args = z.strictObject({ id: mailIdSchema, body: textSchema });
const reply = z.object({ id: z.string() });

/**
 * `ov mail reply` as operator. The reply inherits the type of the mail and wakes nobody; to an agent that
 * has finished it succeeds and is never read.
 */
export const mailReply: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'mail.reply',
  args,
  reply,
  argv: ({ id, body }) => [
    'mail',
    'reply',
    id,
    '--from',
    'operator',
    '--json',
    option('body', typedText('body', body)),
  ],
  timeoutMs: 20_000,
  read: (run) => readReply('mail.reply', reply, run),
};
