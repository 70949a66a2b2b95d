// Brings a headless worker to life and waits for its turn to end: worktree, row, process, final state.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultText, takeFault } from '../faults.ts';
import { selfArgv } from '../processes.ts';
import { readCurrentRun, writeCurrentRun } from '../project.ts';
import { EventStore } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { type AgentSession, SessionStore } from '../stores/sessions.ts';
import { addWorktree } from './worktrees.ts';

export interface WorkerOrder {
  name: string;
  capability: string;
  taskId: string;
  /** null: slung from the shell; its reports go to the coordinator */
  parent: string | null;
  depth: number;
  /** Text of the work, data only. */
  objective: string;
}

/** Where overstory publishes the pid of a headless worker's running turn. */
export function turnPidFile(root: string, agentName: string): string {
  return join(root, '.overstory', 'agents', agentName, 'turn.pid');
}

/**
 * Resolves when the worker's process has ended. Its row is then `completed`; after a crash it stays
 * `working` with no process behind it, which is what 0.10.3 shows (0.11 says between_turns). One whose claude ended
 * before its first word stays `booting` (fault `stillborn`): the only trace is stderr.log, as with the real one.
 * @param base  the branch that it begins on; the current one when left out
 * @throws OvFailure git's text when the name's worktree exists already
 */
export async function runWorker(root: string, order: WorkerOrder, base?: string): Promise<AgentSession> {
  const branchName = `overstory/${order.name}/${order.taskId}`;
  const worktreePath = await addWorktree(root, order.name, branchName, base);
  const now = new Date();
  const stillborn = takeFault(root, 'worker', ['stillborn']);
  const session: AgentSession = {
    id: `session-${now.getTime()}-${order.name}`,
    agentName: order.name,
    capability: order.capability,
    worktreePath,
    branchName,
    taskId: order.taskId,
    tmuxSession: '',
    state: stillborn === null ? 'working' : 'booting',
    pid: null,
    parentAgent: order.parent,
    depth: order.depth,
    runId: readCurrentRun(root),
    startedAt: now.toISOString(),
    lastActivity: now.toISOString(),
    escalationLevel: 0,
    stalledSince: null,
    transcriptPath: null,
    ...(stillborn === null && { claudeSessionId: randomUUID() }),
  };
  using store = new SessionStore(root);
  session.runId ??= openRun(root, store);
  store.put(session);
  announce(root, session, order);
  const turn = join(root, '.overstory', 'logs', order.name, now.toISOString().replace(/[:.]/g, '-'));
  mkdirSync(turn, { recursive: true });
  writeFileSync(join(turn, 'stderr.log'), stillborn === null ? '' : `${faultText(stillborn, '')}\n`);
  if (stillborn !== null) return session;
  const [command, args] = selfArgv('__worker', root, JSON.stringify(order));
  // In its own session, as an agent's shell tool does it: a worker outlives a coordinator that was killed.
  const env = { ...process.env, OVERSTORY_AGENT_NAME: order.name, OVERSTORY_WORKTREE_PATH: worktreePath };
  const child = spawn(command, args, { cwd: worktreePath, env, stdio: 'ignore', detached: true });
  const ended = new Promise<number>((done) => {
    child.on('error', () => done(127));
    child.on('exit', (code) => done(code ?? 1));
  });
  const pidFile = turnPidFile(root, order.name);
  mkdirSync(join(pidFile, '..'), { recursive: true });
  writeFileSync(pidFile, String(child.pid ?? ''));
  const exit = await ended;
  rmSync(pidFile, { force: true });
  if (exit === 0) {
    if (order.parent !== null && !hasReported(root, order.name)) tellSilentEnd(root, session, order.parent);
    store.setState(order.name, 'completed');
  }
  return store.byName(order.name) ?? session;
}

/** A worker that is slung where no run is open begins one. */
function openRun(root: string, store: SessionStore): string {
  const startedAt = new Date().toISOString();
  const id = `run-${startedAt.replace(/[:.]/g, '-')}`;
  store.putRun({
    id,
    startedAt,
    completedAt: null,
    agentCount: 0,
    coordinatorSessionId: null,
    coordinatorName: null,
    status: 'active',
  });
  writeCurrentRun(root, id);
  return id;
}

/** Whether it has sent the mail that a worker ends with. */
export function hasReported(root: string, agentName: string): boolean {
  using mail = new MailStore(root);
  return mail.list({ from: agentName }).some(({ type }) => type === 'worker_done' || type === 'result');
}

function tellSilentEnd(
  root: string,
  { agentName, capability, taskId, startedAt }: AgentSession,
  to: string,
): void {
  using mail = new MailStore(root);
  const reason = 'Clean exit without terminal mail (expected worker_done|result)';
  mail.send({
    from: agentName,
    to,
    subject: `[RUNNER] worker_died: ${agentName}`,
    body: `Worker "${agentName}" (${capability}) on task ${taskId} ended without sending its terminal mail. Reason: ${reason}. Last activity: ${startedAt}. Decide whether to retry the work, escalate, or report the failure upstream.`,
    type: 'worker_died',
    priority: 'high',
    payload: JSON.stringify({
      agentName,
      capability,
      taskId,
      reason,
      lastActivity: startedAt,
      terminatedBy: 'runner',
    }),
  });
}

/** Starts a process that nobody waits for any more and that ends only when killed (fault `leak`). */
export function leakProcess(worktreePath: string): void {
  const [command, args] = selfArgv('__leak');
  spawn(command, args, { cwd: worktreePath, stdio: 'ignore', detached: true }).unref();
}

function announce(root: string, session: AgentSession, order: WorkerOrder): void {
  using mail = new MailStore(root);
  const id = mail.send({
    from: order.parent ?? 'orchestrator',
    to: order.name,
    subject: `Dispatch: ${order.taskId}`,
    body: `You have been assigned task ${order.taskId} as a ${order.capability} agent. Read your overlay at .claude/CLAUDE.md and begin immediately.`,
    type: 'dispatch',
  });
  mail.markRead(id);
  using events = new EventStore(root);
  const toolArgs = JSON.stringify({ command: `ov sling ${order.taskId} --capability ${order.capability}` });
  const agentName = order.parent ?? 'coordinator';
  events.record({ runId: session.runId, agentName, eventType: 'tool_start', toolName: 'Bash', toolArgs });
}
