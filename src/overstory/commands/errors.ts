import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({ limit: z.number().int().min(1).max(1000).optional() });
const reply = z.object({
  events: z.array(
    z.object({
      id: z.number(),
      runId: z.string().nullable(),
      agentName: z.string(),
      eventType: z.string(),
      level: z.string(),
      /** JSON in a string */
      data: z.string().nullable(),
      /** without a time zone: UTC */
      createdAt: z.string(),
    }),
  ),
});

/** `ov errors`: a turn that ended in an error shows here, a crashed one does not. */
export const errors: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'errors',
  args,
  reply,
  argv: ({ limit }) => ['errors', '--json', ...(limit ? ['--limit', String(limit)] : [])],
  timeoutMs: 15_000,
  read: (run) => readReply('errors', reply, run),
};
