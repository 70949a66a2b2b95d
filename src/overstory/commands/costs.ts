import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({ last: z.int().min(1).max(1_000).optional() });
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

/** `ov costs`: written when a turn ends; headless turns leave nothing here. The latest 20 rows, or `last`. */
export const costs: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'costs',
  args,
  reply,
  argv: ({ last }) => ['costs', '--json', ...(last === undefined ? [] : ['--last', String(last)])],
  timeoutMs: 15_000,
  read: (run) => readReply('costs', reply, run),
};
