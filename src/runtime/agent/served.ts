// A product with a live session, read over its `ov serve` in a few milliseconds instead of by starting `ov`.
// REST reads the books and reconciles nothing, so it may only say what moves while the session's frame
// stands: same run, same workers, same state of the coordinator, same merge queue. Anything else, and any
// doubt, is for `ov status`. Time's own changes (stalled, dead) are found by the sweep, which asks `ov`.
import { z } from 'zod';
import type { Mail } from '../../contract/runtime/snapshot.ts';
import { agentSchema } from '../../overstory/commands/agents.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { messageSchema } from '../../overstory/commands/mail.ts';

const answerMs = 1_000;
/** The most that one page holds; a product with more is looked at by `ov`. */
const page = 500;

type Agent = z.infer<typeof agentSchema>;

const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ success: z.literal(true), data: z.array(item), nextCursor: z.string().nullish() });
const agents = listOf(agentSchema);
const mail = listOf(messageSchema);

/** @returns unread mail newest first; null when it does not answer, or not with all there is */
export async function readServe(port: number): Promise<{ agents: Agent[]; operatorMail: Mail[] } | null> {
  const get = async <T extends z.ZodType<{ nextCursor?: string | null | undefined }>>(
    path: string,
    reply: T,
  ) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(answerMs),
    });
    const read = reply.parse(await response.json());
    if (read.nextCursor) throw new Error('more than a page');
    return read;
  };
  try {
    const [seen, unread] = await Promise.all([
      get(`/api/agents?limit=${page}`, agents),
      get(`/api/mail?to=operator&unread=true&limit=${page}`, mail),
    ]);
    return { agents: seen.data, operatorMail: unread.data };
  } catch {
    return null;
  }
}

/**
 * The last status with what these rows say now.
 * @returns null when they are not the same workers, or the coordinator's state moved: `ov` must reconcile
 */
export function withAgents(status: ReplyOf<'status'>, rows: Agent[]): ReplyOf<'status'> | null {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const inRun = rows.filter(
    ({ runId }) => status.currentRunId === null || runId === null || runId === status.currentRunId,
  );
  if (inRun.length !== status.agents.length) return null;
  const agents: Agent[] = [];
  for (const known of status.agents) {
    const row = byId.get(known.id);
    if (row === undefined || (row.capability === 'coordinator' && row.state !== known.state)) return null;
    agents.push(row);
  }
  return { ...status, agents };
}
