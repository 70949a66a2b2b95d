// A status of `ov` and the operator's mail as the snapshot of one product.
import { join } from 'node:path';
import { maxSnapshotMailBytes, type ProductRef } from '../../contract/runtime/protocol.ts';
import { emptySnapshot, type Mail, type ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import { liesUnder } from './confine.ts';
import { cutOff } from './cut-off.ts';

export async function snapshotOf(
  product: ProductRef,
  folder: string,
  observedAtMs: number,
  projectName: string | null,
  status: ReplyOf<'status'>,
  newestFirst: Mail[],
): Promise<ProductSnapshot> {
  const gone = await cutOff(product, folder, status.agents, observedAtMs);
  const row = status.agents.find((agent) => agent.capability === 'coordinator');
  const mail = withinBytes(newestFirst.toReversed(), maxSnapshotMailBytes);
  return {
    ...emptySnapshot(product.name, observedAtMs),
    projectName,
    runId: status.currentRunId,
    coordinator:
      row === undefined
        ? null
        : {
            state: row.state,
            sessionId: row.id,
            tmuxSession: row.tmuxSession,
            tmuxAlive: status.tmuxSessions.some((session) => session.name === row.tmuxSession),
            pid: row.pid,
            startedAt: row.startedAt,
            lastActivity: row.lastActivity,
          },
    workers: status.agents
      .filter((agent) => agent !== row)
      .map((agent) => ({
        name: agent.agentName,
        capability: agent.capability,
        state: gone.has(agent.agentName) ? 'zombie' : agent.state,
        death: gone.get(agent.agentName)?.printed ?? null,
        spoke: gone.get(agent.agentName)?.spoke ?? null,
        taskId: agent.taskId,
        parent: agent.parentAgent,
        depth: agent.depth,
        branch: agent.branchName,
        worktree: agent.worktreePath,
        startedAt: agent.startedAt,
        lastActivity: agent.lastActivity,
      })),
    operatorMail: mail,
    operatorMailLeftOut: newestFirst.length - mail.length,
    mergeQueueCount: status.mergeQueueCount,
    // One that a human made elsewhere is theirs: nothing of it is listed.
    worktrees: status.worktrees.filter(({ path }) =>
      liesUnder(join(folder, '.overstory', 'worktrees'), path),
    ),
  };
}

/** The first of them that fit; a single one that does not fit alone is still given. */
function withinBytes(mail: Mail[], maxBytes: number): Mail[] {
  let bytes = 0;
  const beyond = mail.findIndex((one, index) => {
    bytes += Buffer.byteLength(JSON.stringify(one));
    return index > 0 && bytes > maxBytes;
  });
  return beyond < 0 ? mail : mail.slice(0, beyond);
}
