import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const reply = z.object({
  sessions: z.array(
    z.object({
      agentName: z.string(),
      taskId: z.string(),
      capability: z.string(),
      startedAt: z.string(),
      completedAt: z.string().nullable(),
      durationMs: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      cacheReadTokens: z.number(),
      cacheCreationTokens: z.number(),
      /** null: not known, which is not zero */
      estimatedCostUsd: z.number().nullable(),
      modelUsed: z.string().nullable(),
      runId: z.string().nullable(),
    }),
  ),
});

/** `ov costs`: written when a session ends; headless turns leave nothing here. */
export const costs: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'costs',
  args,
  reply,
  argv: (_args) => ['costs', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('costs', reply, run),
};
