// `ov sling`, `stop`, `nudge`, `agents discover`: the workers.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { isAlive, killTree } from '../processes.ts';
import { readSettings } from '../settings.ts';
import { EventStore } from '../stores/ledgers.ts';
import { type AgentSession, SessionStore } from '../stores/sessions.ts';
import { hasReported, runWorker, turnPidFile } from '../swarm/spawn.ts';
import { deleteBranch, removeWorktree } from '../swarm/worktrees.ts';
import { isSessionAlive, killSession, typeWhenIdle } from '../tmux.ts';
import { idleWaitMs } from './coordinator.ts';

const unusual =
  'Warning: --skip-task-check without --parent is unusual. This flag is designed for leads spawning builders with worktree-created issues.\n';
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const sling: OvSimCommand = {
  options: [
    '--capability <type>',
    '--name <name>',
    '--spec <path>',
    '--files <list>',
    '--parent <agent>',
    '--depth <n>',
    '--base-branch <branch>',
    '--skip-task-check',
    '--force-hierarchy',
    '--headless',
    '--recover',
    '--json',
  ],
  positionals: ['<task-id>'],
  async run(call) {
    const { root } = call.project();
    const taskId = call.positionals[0] ?? '';
    const capability = call.value('capability') ?? 'builder';
    const name = call.value('name') ?? `${capability}-${taskId}`;
    const parent = call.value('parent') ?? null;
    const spec = call.value('spec');
    if (call.has('skip-task-check') && parent === null) process.stderr.write(unusual);
    for (const word of [taskId, name])
      if (!plainName.test(word)) throw new OvFailure(`Invalid name "${word}"`, 'VALIDATION_ERROR');
    if (parent === null && !['lead', 'scout', 'builder'].includes(capability) && !call.has('force-hierarchy'))
      throw new OvFailure(
        `Coordinator cannot spawn "${capability}" directly. Only lead, scout, and builder are allowed without --parent. Use a lead as intermediary, or pass --force-hierarchy to bypass.`,
        'AGENT_ERROR',
      );
    if (spec !== undefined && !existsSync(resolve(root, spec)))
      throw new OvFailure(`Spec file not found: ${spec}`, 'VALIDATION_ERROR');
    if (!call.has('skip-task-check'))
      throw new OvFailure(`Task "${taskId}" not found or inaccessible`, 'VALIDATION_ERROR');
    const objective =
      spec === undefined ? taskId : readFileSync(resolve(root, spec), 'utf8').slice(0, 30_000);
    requireFreeTask(root, taskId, parent);
    const depth = Number(call.value('depth') ?? 0);
    const base = call.value('base-branch');
    const session = await runWorker(root, { name, capability, taskId, parent, depth, objective }, base);
    return {
      ...(session.state === 'completed' && !hasReported(root, name) && { stderr: silentEnd(name) }),
      fields: {
        agentName: name,
        capability,
        taskId,
        branch: session.branchName,
        worktree: session.worktreePath,
        tmuxSession: '',
        pid: null,
        initialTurnFinalState: session.state,
        claudeSessionId: session.claudeSessionId,
      },
      text: `✓ Agent launched ${name}`,
    };
  },
};

/** overstory's lock of a task; the parent may give its own to a child. */
function requireFreeTask(root: string, taskId: string, parent: string | null): void {
  using store = new SessionStore(root);
  const holder = store
    .all()
    .find((one) => one.taskId === taskId && !['completed', 'zombie'].includes(one.state));
  if (holder !== undefined && holder.agentName !== parent)
    throw new OvFailure(
      `Task "${taskId}" is already being worked by agent "${holder.agentName}". Concurrent work on the same task causes duplicate issues and wasted tokens.`,
      'AGENT_ERROR',
    );
}

const silentEnd = (name: string): string =>
  `[turn-runner:error] ${name}: agent exited cleanly without sending terminal mail (expected worker_done|result); marking completed and surfacing contract violation\n`;

const stop: OvSimCommand = {
  options: ['--force', '--clean-worktree', '--json'],
  positionals: ['<agent-name>'],
  async run(call) {
    const { root } = call.project();
    const agentName = call.positionals[0] ?? '';
    using store = new SessionStore(root);
    const session = store.byName(agentName);
    if (session === null) throw new OvFailure(`Agent "${agentName}" not found`, 'AGENT_ERROR');
    const wasCompleted = session.state === 'completed';
    const clean = call.has('clean-worktree');
    if (wasCompleted && !clean)
      throw new OvFailure(
        `Agent "${agentName}" is already completed. Use --clean-worktree to remove its worktree.`,
        'AGENT_ERROR',
      );
    const ended = wasCompleted ? { tmuxKilled: false, pidKilled: false } : await end(root, session);
    if (!wasCompleted) {
      store.setState(agentName, 'completed');
      store.touch(agentName);
    }
    return {
      fields: {
        stopped: true,
        agentName,
        sessionId: session.id,
        capability: session.capability,
        ...ended,
        worktreeRemoved: clean && (await removeWorktree(root, session.worktreePath, call.has('force'))),
        branchDeleted: clean && (await deleteBranch(root, session.branchName)),
        force: call.has('force'),
        wasZombie: session.state === 'zombie',
        wasCompleted,
      },
      text: `✓ Agent stopped ${agentName}`,
    };
  },
};

async function end(
  root: string,
  session: AgentSession,
): Promise<{ tmuxKilled: boolean; pidKilled: boolean }> {
  if (session.tmuxSession !== '') {
    const tmuxKilled = await isSessionAlive(session.tmuxSession);
    if (tmuxKilled) await killSession(session.tmuxSession);
    return { tmuxKilled, pidKilled: false };
  }
  const file = turnPidFile(root, session.agentName);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : session.pid;
  const pidKilled = pid !== null && pid > 0 && isAlive(pid);
  if (pidKilled) await killTree(pid);
  return { tmuxKilled: false, pidKilled };
}

const nudge: OvSimCommand = {
  options: ['--from <name>', '--force', '--json'],
  positionals: ['<agent-name>', '[message...]'],
  async run(call) {
    const { root } = call.project();
    const [agentName = '', ...words] = call.positionals;
    using store = new SessionStore(root);
    const session = store.byName(agentName);
    const answer = (fields: { delivered: boolean; reason?: string }) => ({
      fields: { agentName, ...fields },
      text: fields.delivered ? `✓ Nudge delivered ${agentName}` : `✗ Nudge failed — ${fields.reason}`,
    });
    const none = `No active session for agent "${agentName}"`;
    if (session === null) return answer({ delivered: false, reason: none });
    if (session.state === 'completed' || session.state === 'zombie') {
      const again = `re-dispatch with 'ov sling ${session.taskId} --capability ${session.capability} --recover'.`;
      return answer({
        delivered: false,
        reason: `${none} (state: ${session.state}). The agent has exited; ${again}`,
      });
    }
    if (session.tmuxSession === '') return answer({ delivered: true });
    const text = words.join(' ') || 'You have new mail. Check it with ov mail check.';
    const message = `[NUDGE from ${call.value('from') ?? 'orchestrator'}] ${text}`;
    const waitMs = idleWaitMs / readSettings(root).speed;
    const delivered = await typeWhenIdle(session.tmuxSession, message, waitMs);
    using events = new EventStore(root);
    const data = JSON.stringify({
      type: 'nudge',
      from: call.value('from') ?? 'orchestrator',
      message: text,
      delivered,
    });
    events.record({ runId: session.runId, agentName, eventType: 'custom', data });
    return answer(
      delivered
        ? { delivered }
        : {
            delivered,
            reason: (await isSessionAlive(session.tmuxSession))
              ? 'Agent is mid-think (esc-to-interrupt visible) — nudge deferred'
              : `Tmux session "${session.tmuxSession}" is not alive`,
          },
    );
  },
};

const discover: OvSimCommand = {
  options: ['--capability <type>', '--all', '--json'],
  run(call) {
    using store = new SessionStore(call.project().root);
    const wanted = call.value('capability');
    const agents = store
      .all()
      .filter((each) => call.has('all') || (each.state !== 'completed' && each.state !== 'zombie'))
      .filter((each) => wanted === undefined || each.capability === wanted)
      .map(
        ({
          agentName,
          capability,
          state,
          taskId,
          branchName,
          parentAgent,
          depth,
          startedAt,
          lastActivity,
        }) => ({
          ...{ agentName, capability, state, taskId, branchName, parentAgent, depth },
          ...{ fileScope: [], startedAt, lastActivity },
        }),
      );
    return { fields: { agents }, text: agents.map((each) => `${each.agentName} ${each.state}`).join('\n') };
  },
};

export const workerCommands: Record<string, OvSimCommand> = {
  sling,
  stop,
  nudge,
  'agents discover': discover,
};
