import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  /** null: no run is open */
  run: z
    .object({
      id: z.string(),
      startedAt: z.string(),
      completedAt: z.string().nullable(),
      agentCount: z.number(),
      coordinatorSessionId: z.string().nullable(),
      status: z.string(),
    })
    .nullable(),
});

/** `ov run --json`. A coordinator that died in silence leaves its run open and `active`. */
export const runCurrent: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'run.current',
  args,
  reply,
  argv: (_args) => ['run', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('run.current', reply, run),
};
