import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { stopIncomplete } from '../errors.ts';

const args = z.strictObject({});
const reply = z.object({ stopped: z.boolean(), sessionId: z.string(), runCompleted: z.boolean() });

/** `ov coordinator stop`. @throws OV_STOP_INCOMPLETE, OV_NOT_RUNNING */
export const coordinatorStop: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'coordinator.stop',
  args,
  reply,
  argv: (_args) => ['coordinator', 'stop', '--json'],
  timeoutMs: 30_000,
  read(run) {
    const stopped = readReply('coordinator.stop', reply, run);
    if (!stopped.stopped) throw stopIncomplete('the coordinator');
    return stopped;
  },
};
