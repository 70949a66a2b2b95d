import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({ lines: z.number().int().min(1).max(2000).optional() });
const reply = z.object({ content: z.string(), lines: z.number() });

/** `ov coordinator output`: the text on the coordinator's screen. Untrusted. */
export const coordinatorOutput: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.output',
  args,
  reply,
  argv: ({ lines }) => ['coordinator', 'output', '--json', ...(lines ? ['--lines', String(lines)] : [])],
  timeoutMs: 15_000,
  read: (run) => readReply('coordinator.output', reply, run),
};
