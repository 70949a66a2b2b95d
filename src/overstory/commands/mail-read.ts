import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { requireSuccess } from '../envelope.ts';
import { ovGarbage } from '../errors.ts';
import { mailIdSchema } from '../sanitize.ts';

const args = z.strictObject({ id: mailIdSchema });
const reply = z.object({ id: z.string(), alreadyRead: z.boolean() });

/** `ov mail read`: marks one mail read, again and again if need be. Answers in text; it has no --json. */
export const mailRead: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'mail.read',
  args,
  reply,
  argv: ({ id }) => ['mail', 'read', id],
  timeoutMs: 20_000,
  read(run) {
    requireSuccess('mail.read', run);
    const said = /(?:Marked as read (\S+)|Message (\S+) was already read)/.exec(run.stdout);
    if (said === null) throw ovGarbage('mail.read', '"Marked as read <id>"', run.stdout);
    return { id: said[1] ?? said[2] ?? '', alreadyRead: said[2] !== undefined };
  },
};
