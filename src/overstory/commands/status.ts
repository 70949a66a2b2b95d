import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { idSchema } from '../sanitize.ts';

const args = z.strictObject({
  /** whose unread mail is counted; `orchestrator` when left out */
  agent: idSchema.optional(),
});
/** Also what `GET /api/agents` of `ov serve` lists. */
export const agentSchema = z.object({
  id: z.string(),
  agentName: z.string(),
  capability: z.string(),
  worktreePath: z.string(),
  branchName: z.string(),
  taskId: z.string(),
  /** "" when headless, and from 0.10.3 on in a terminal state although the tmux session may live */
  tmuxSession: z.string(),
  /** booting, working, in_turn, between_turns, stalled, zombie, completed */
  state: z.string(),
  pid: z.number().nullable(),
  parentAgent: z.string().nullable(),
  depth: z.number(),
  runId: z.string().nullable(),
  /** claude's own, from its first word on; said from 0.10 on */
  claudeSessionId: z.string().nullish(),
  startedAt: z.string(),
  lastActivity: z.string(),
});
const reply = z.object({
  currentRunId: z.string().nullable().default(null),
  agents: z.array(agentSchema),
  worktrees: z.array(z.object({ path: z.string(), head: z.string(), branch: z.string() })),
  /** of the whole tmux server: other projects' too */
  tmuxSessions: z.array(z.object({ name: z.string(), pid: z.number() })),
  /** unread mail to `agent`; 0 also when mail.db is locked or broken */
  unreadMailCount: z.number(),
  /** that agent; said from 0.10 on */
  unreadMailScope: z.string().nullable().default(null),
  mergeQueueCount: z.number(),
});

/**
 * `ov status`: the authority on what lives, since it reconciles and writes states.
 * A locked or broken mail.db does not show here (exit 0, unread 0): ask for mail.list too.
 */
export const status: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'status',
  args,
  reply,
  argv: ({ agent }) => ['status', '--json', ...(agent ? ['--agent', agent] : [])],
  timeoutMs: 15_000,
  read: (run) => readReply('status', reply, run),
};
