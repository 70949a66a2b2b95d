import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  agents: z.array(
    z.object({
      agentName: z.string(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      /** 0 also where it is not known (a model without a price) */
      estimatedCostUsd: z.number(),
      modelUsed: z.string().nullable(),
      /** may be older than the agent's session: the last one that was taken under its name */
      snapshotAt: z.string(),
      sessionStartedAt: z.string(),
    }),
  ),
});

/** `ov costs --live`: agents at work, as of a tool call of theirs at most half a minute before their last one. */
export const costsLive: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'costs.live',
  args,
  reply,
  argv: (_args) => ['costs', '--live', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('costs.live', reply, run),
};
