// The mail of a project, as its operator.
import { z } from 'zod';
import { requireSuccess } from '../envelope.ts';
import { ovGarbage } from '../errors.ts';
import { idSchema, mailIdSchema, option, textSchema, typedLine, typedText } from '../sanitize.ts';
import { command } from './command.ts';

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

/** `ov mail list`: newest first, no limit, marks nothing read. `type` is applied here before 0.10. */
export const mailList = command({
  name: 'mail.list',
  args: z.strictObject({
    to: idSchema.optional(),
    from: idSchema.optional(),
    unread: z.boolean().optional(),
    type: z
      .string()
      .regex(/^[a-z_]{1,40}$/)
      .optional(),
  }),
  reply: z.object({ messages: z.array(messageSchema) }),
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
  read(_run, usual, filter) {
    const { messages } = usual();
    return { messages: filter?.type ? messages.filter((mail) => mail.type === filter.type) : messages };
  },
});

/** `ov mail read`: marks one mail read, again and again if need be. Answers in text; it has no --json. */
export const mailRead = command({
  name: 'mail.read',
  args: z.strictObject({ id: mailIdSchema }),
  reply: z.object({ id: z.string(), alreadyRead: z.boolean() }),
  argv: ({ id }) => ['mail', 'read', id],
  timeoutMs: 20_000,
  read(run) {
    requireSuccess('mail.read', run);
    const said = /(?:Marked as read (\S+)|Message (\S+) was already read)/.exec(run.stdout);
    if (said === null) throw ovGarbage('mail.read', '"Marked as read <id>"', run.stdout);
    return { id: said[1] ?? said[2] ?? '', alreadyRead: said[2] !== undefined };
  },
});

/**
 * `ov mail reply` as operator. The reply inherits the type of the mail and wakes nobody; to an agent that
 * has finished it succeeds and is never read.
 */
export const mailReply = command({
  name: 'mail.reply',
  args: z.strictObject({ id: mailIdSchema, body: textSchema }),
  reply: z.object({ id: z.string() }),
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
});

/** `ov mail send` as operator. From 0.10 on a finished recipient is OV_NOT_RUNNING; 0.9 stores it unread. */
export const mailSend = command({
  name: 'mail.send',
  args: z.strictObject({
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
  }),
  reply: z.object({ id: z.string() }),
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
});
