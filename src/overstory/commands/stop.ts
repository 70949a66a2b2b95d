import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { stopIncomplete } from '../errors.ts';
import { idSchema } from '../sanitize.ts';

const args = z.strictObject({ agent: idSchema });
const reply = z.object({
  stopped: z.boolean(),
  agentName: z.string(),
  sessionId: z.string(),
  tmuxKilled: z.boolean(),
  pidKilled: z.boolean().default(false),
});

/** `ov stop <agent>`: ends one worker. @throws OV_STOP_INCOMPLETE, OV_NOT_RUNNING, OV_NOT_FOUND */
export const stop: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'stop',
  args,
  reply,
  argv: ({ agent }) => ['stop', agent, '--json'],
  timeoutMs: 30_000,
  read(run) {
    const stopped = readReply('stop', reply, run);
    if (!stopped.stopped) throw stopIncomplete(stopped.agentName);
    return stopped;
  },
};
