import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { cleanText, idSchema } from '../sanitize.ts';

const args = z.strictObject({ taskId: idSchema, body: z.string().min(1).max(4_000_000) });
const reply = z.object({ taskId: z.string(), path: z.string() });

/** `ov spec write`, the body on standard input: the way for text longer than one argument may be. */
export const specWrite: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'spec.write',
  args,
  reply,
  argv: ({ taskId }) => ['spec', 'write', taskId, '--agent', 'operator', '--json'],
  stdin: ({ body }) => cleanText(body),
  timeoutMs: 20_000,
  read: (run) => readReply('spec.write', reply, run),
};
