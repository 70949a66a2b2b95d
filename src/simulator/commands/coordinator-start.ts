// `ov coordinator start`: its session under tmux, its run, and the wait until it shows a prompt.
import { setTimeout as sleep } from 'node:timers/promises';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { coordinatorSessionName, type Project, writeCurrentRun } from '../project.ts';
import { readSettings } from '../settings.ts';
import { type AgentSession, SessionStore } from '../stores/sessions.ts';
import { currentBranch } from '../swarm/worktrees.ts';
import { capturePane, isSessionAlive, killSession, newSession } from '../tmux.ts';
import { active, agentName } from './coordinator-session.ts';

export const start: OvSimCommand = {
  options: ['--attach', '--no-attach', '--watchdog', '--monitor', '--profile <name>', '--json'],
  async run(call) {
    const project = call.project();
    const session = await startCoordinator(project);
    return {
      fields: {
        agentName,
        capability: 'coordinator',
        tmuxSession: session.tmuxSession,
        projectRoot: project.root,
        pid: session.pid,
        watchdog: call.has('watchdog'),
        monitor: call.has('monitor'),
      },
      text: `✓ Coordinator started\n  Tmux: ${session.tmuxSession}\n  PID: ${session.pid}`,
    };
  },
};

async function startCoordinator(project: Project): Promise<AgentSession> {
  const tmuxSession = coordinatorSessionName(project);
  using store = new SessionStore(project.root);
  const former = active(store);
  if (former !== null) {
    if (await isSessionAlive(former.tmuxSession))
      throw new OvFailure(
        `Coordinator is already running (tmux: ${former.tmuxSession}, since: ${former.startedAt})`,
        'AGENT_ERROR',
      );
    store.setState(agentName, 'completed');
  }
  const now = new Date();
  const pid = await newSession(tmuxSession, project.root, ['__coordinator', project.root]);
  const session: AgentSession = {
    id: `session-${now.getTime()}-${agentName}`,
    agentName,
    capability: 'coordinator',
    worktreePath: project.root,
    branchName: await currentBranch(project.root),
    taskId: '',
    tmuxSession,
    state: 'booting',
    pid,
    parentAgent: null,
    depth: 0,
    runId: `run-${now.toISOString().replace(/[:.]/g, '-')}`,
    startedAt: now.toISOString(),
    lastActivity: now.toISOString(),
    escalationLevel: 0,
    stalledSince: null,
    transcriptPath: null,
  };
  store.putRun({
    id: session.runId ?? '',
    startedAt: session.startedAt,
    completedAt: null,
    agentCount: 0,
    coordinatorSessionId: session.id,
    coordinatorName: agentName,
    status: 'active',
  });
  writeCurrentRun(project.root, session.runId);
  store.put(session);
  await waitUntilReady(project, tmuxSession, store, now.getTime());
  store.setState(agentName, 'working');
  return session;
}

/** Waits for the prompt, at least `startMs`; a pane that never shows one ends as in overstory after 30 s. */
async function waitUntilReady(project: Project, tmuxSession: string, store: SessionStore, sinceMs: number) {
  const { startMs } = readSettings(project.root);
  for (;;) {
    const pane = await capturePane(tmuxSession, 0);
    if (pane === null) {
      store.setState(agentName, 'completed');
      throw new OvFailure(
        `Coordinator tmux session "${tmuxSession}" died during startup. The Claude Code process may have crashed or exited immediately. Check tmux logs or try running the claude command manually.`,
        'AGENT_ERROR',
      );
    }
    if (pane.includes('❯') && Date.now() - sinceMs >= startMs) return;
    if (Date.now() - sinceMs > startMs + 30_000) {
      await killSession(tmuxSession);
      store.setState(agentName, 'completed');
      throw new OvFailure(
        `Coordinator tmux session "${tmuxSession}" did not become ready during startup. Claude Code may still be waiting on an interactive dialog or initializing too slowly.`,
        'AGENT_ERROR',
      );
    }
    await sleep(25);
  }
}
