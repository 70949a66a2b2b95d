import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { idSchema } from '../sanitize.ts';

const args = z.strictObject({
  to: idSchema.optional(),
  from: idSchema.optional(),
  unread: z.boolean().optional(),
  type: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional(),
});
/** Also what `GET /api/mail` of `ov serve` lists. */
export const messageSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  type: z.string(),
  priority: z.string(),
  threadId: z.string().nullable(),
  payload: z.string().nullable().default(null),
  read: z.boolean(),
  createdAt: z.string(),
});
const reply = z.object({ messages: z.array(messageSchema) });

/** `ov mail list`: newest first, no limit, marks nothing read. `type` is applied here before 0.10. */
export const mailList: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'mail.list',
  args,
  reply,
  argv: ({ to, from, unread, type }, features) => [
    'mail',
    'list',
    '--json',
    ...(to ? ['--to', to] : []),
    ...(from ? ['--from', from] : []),
    ...(unread ? ['--unread'] : []),
    ...(type && features.mailTypeFilter ? ['--type', type] : []),
  ],
  timeoutMs: 15_000,
  read(run, filter) {
    const { messages } = readReply('mail.list', reply, run);
    return { messages: filter?.type ? messages.filter((mail) => mail.type === filter.type) : messages };
  },
};
