import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';

const args = z.strictObject({ all: z.boolean().optional() });
const reply = z.object({
  agents: z.array(
    z.object({
      agentName: z.string(),
      capability: z.string(),
      state: z.string(),
      taskId: z.string(),
      branchName: z.string(),
      parentAgent: z.string().nullable(),
      depth: z.number(),
      startedAt: z.string(),
      lastActivity: z.string(),
    }),
  ),
});

/** `ov agents discover`: active agents (all: every row), read from the database without reconciling. */
export const agentsDiscover: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'agents.discover',
  args,
  reply,
  argv: ({ all }) => ['agents', 'discover', '--json', ...(all ? ['--all'] : [])],
  timeoutMs: 15_000,
  read: (run) => readReply('agents.discover', reply, run),
};
