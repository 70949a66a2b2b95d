// Brings a headless worker to life and waits for its turn to end: worktree, row, process, final state.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultText, takeFault } from '../faults.ts';
import { selfArgv } from '../processes.ts';
import { readCurrentRun } from '../project.ts';
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
 * @throws OvFailure git's text when the name's worktree exists already
 */
export async function runWorker(root: string, order: WorkerOrder): Promise<AgentSession> {
  const branchName = `overstory/${order.name}/${order.taskId}`;
  const worktreePath = await addWorktree(root, order.name, branchName);
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
  if (exit === 0) store.setState(order.name, 'completed');
  return store.byName(order.name) ?? session;
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
