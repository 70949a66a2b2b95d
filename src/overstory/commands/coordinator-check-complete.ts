import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const trigger = z.object({ enabled: z.boolean(), met: z.boolean(), detail: z.string() });
const reply = z.object({
  complete: z.boolean(),
  triggers: z.object({ allAgentsDone: trigger, taskTrackerEmpty: trigger, onShutdownSignal: trigger }),
});

/** `ov coordinator check-complete`: with the stock config no trigger is enabled and complete stays false. */
export const coordinatorCheckComplete: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.checkComplete',
  args,
  reply,
  argv: (_args) => ['coordinator', 'check-complete', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('coordinator.checkComplete', reply, run),
};
