import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({});
const entry = z.object({
  branchName: z.string(),
  taskId: z.string(),
  agentName: z.string(),
  filesModified: z.array(z.string()),
  status: z.string(),
  /** >= 0.10; with git before 2.40 it always says prediction-failed */
  prediction: z
    .object({ predictedTier: z.string(), wouldRequireAgent: z.boolean(), reason: z.string() })
    .optional(),
});
const reply = z.object({ entries: z.array(entry) });
// An empty queue answers {results: [], count: 0}, a filled one {entries}.
const said = z.union([
  reply,
  z.object({ count: z.literal(0) }).transform(() => ({ entries: [] as z.infer<typeof entry>[] })),
]);

/** `ov merge --all --dry-run`: what waits to be merged. Nothing is merged. */
export const mergeDryRun: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'merge.dryRun',
  args,
  reply,
  argv: (_args) => ['merge', '--all', '--dry-run', '--json'],
  timeoutMs: 15_000,
  read: (run) => readReply('merge.dryRun', said, run),
};
