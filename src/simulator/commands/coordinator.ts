// `ov coordinator …`: the long-lived process under tmux, the only one a driver talks to.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { takeFault } from '../faults.ts';
import { killTree } from '../processes.ts';
import { coordinatorSessionName, type Project, readCurrentRun, writeCurrentRun } from '../project.ts';
import { readSettings } from '../settings.ts';
import { MailStore } from '../stores/mail.ts';
import { type AgentSession, SessionStore } from '../stores/sessions.ts';
import { currentBranch } from '../swarm/worktrees.ts';
import { capturePane, isSessionAlive, killSession, newSession, typeWhenIdle } from '../tmux.ts';
import { checkComplete } from './check-complete.ts';

/** The one agent name a coordinator has in every project. */
const agentName = 'coordinator';

/** How long overstory waits for the end of a turn before it types nothing. Scaled by settings.speed. */
export const idleWaitMs = 3_000;

const start: OvSimCommand = {
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

const stop: OvSimCommand = {
  options: ['--json'],
  async run(call) {
    const { root } = call.project();
    using store = new SessionStore(root);
    const session = mustBeActive(store);
    const fault = takeFault(root, 'coordinator stop', ['server-exited']);
    if (fault !== null) {
      if (session.pid !== null) await killTree(session.pid);
      throw new OvFailure(
        `Failed to kill tmux session "${session.tmuxSession}": server exited unexpectedly`,
        'AGENT_ERROR',
      );
    }
    if (await isSessionAlive(session.tmuxSession)) await killSession(session.tmuxSession);
    store.setState(agentName, 'completed');
    store.touch(agentName);
    const runId = readCurrentRun(root);
    if (runId !== null) {
      store.completeRun(runId);
      writeCurrentRun(root, null);
    }
    return {
      fields: {
        stopped: true,
        sessionId: session.id,
        watchdogStopped: false,
        monitorStopped: false,
        runCompleted: runId !== null,
      },
      text: `✓ Coordinator stopped ${session.id}`,
    };
  },
};

const status: OvSimCommand = {
  options: ['--json'],
  async run(call) {
    using store = new SessionStore(call.project().root);
    const session = active(store);
    const watched = { watchdogRunning: false, monitorRunning: false };
    if (session === null)
      return { fields: { running: false, ...watched }, text: 'Coordinator is not running' };
    const running = await isSessionAlive(session.tmuxSession);
    const state = running ? (session.state === 'booting' ? 'working' : session.state) : 'zombie';
    if (state !== session.state) store.setState(agentName, state);
    const { id: sessionId, tmuxSession, pid, startedAt, lastActivity } = session;
    return {
      fields: { running, sessionId, state, tmuxSession, pid, startedAt, lastActivity, ...watched },
      text: `Coordinator: ${state}\n  Session: ${sessionId}`,
    };
  },
};

const send: OvSimCommand = {
  options: ['--body <text>', '--subject <text>', '--json'],
  required: ['--body <text>'],
  async run(call) {
    const { root } = call.project();
    const subject = call.value('subject') ?? 'operator dispatch';
    const body = call.value('body') ?? '';
    const tmuxSession = await livePane(root);
    using mail = new MailStore(root);
    const id = mail.send({ from: 'operator', to: agentName, subject, body, type: 'dispatch' });
    const deaf = takeFault(root, 'coordinator send', ['not-nudged']) !== null;
    const line = `[DISPATCH] ${subject}: ${body.slice(0, 500)}`;
    const nudged = !deaf && (await typeWhenIdle(tmuxSession, line, idleWaitMs / readSettings(root).speed));
    return { fields: { id, nudged }, text: `✓ Sent to coordinator ${id}` };
  },
};

const ask: OvSimCommand = {
  options: ['--body <text>', '--subject <text>', '--timeout <seconds>', '--json'],
  required: ['--body <text>'],
  async run(call) {
    const { root } = call.project();
    const subject = call.value('subject') ?? 'operator request';
    const body = call.value('body') ?? '';
    const timeoutS = Number(call.value('timeout') ?? 120);
    const tmuxSession = await livePane(root);
    using mail = new MailStore(root);
    const correlationId = randomUUID();
    const payload = JSON.stringify({ correlationId });
    const sentId = mail.send({ from: 'operator', to: agentName, subject, body, type: 'dispatch', payload });
    await typeWhenIdle(
      tmuxSession,
      `[ASK] ${subject}: ${body.slice(0, 500)}`,
      idleWaitMs / readSettings(root).speed,
    );
    for (const deadline = Date.now() + timeoutS * 1000; Date.now() < deadline; await sleep(100)) {
      const reply = mail.list({ from: agentName, to: 'operator' }).find((each) => each.threadId === sentId);
      if (reply === undefined) continue;
      const fields = { correlationId, sentId, replyId: reply.id, subject: reply.subject, body: reply.body };
      return { fields: { ...fields, payload: reply.payload }, text: reply.body };
    }
    throw new OvFailure(
      `Timed out after ${timeoutS}s waiting for coordinator reply (correlationId: ${correlationId})`,
      'AGENT_ERROR',
    );
  },
};

const output: OvSimCommand = {
  options: ['--follow', '--lines <n>', '--interval <ms>', '--json'],
  async run(call) {
    const lines = Number(call.value('lines') ?? 50);
    using store = new SessionStore(call.project().root);
    const content = await capturePane(mustBeActive(store).tmuxSession, lines);
    if (content === null) throw new OvFailure('Failed to capture pane output', 'AGENT_ERROR');
    return { fields: { content, lines }, text: content };
  },
};

export const coordinatorCommands: Record<string, OvSimCommand> = {
  'coordinator start': start,
  'coordinator stop': stop,
  'coordinator status': status,
  'coordinator send': send,
  'coordinator ask': ask,
  'coordinator output': output,
  'coordinator check-complete': checkComplete,
};

function active(store: SessionStore): AgentSession | null {
  const session = store.byName(agentName);
  return session === null || session.state === 'completed' || session.state === 'zombie' ? null : session;
}

function mustBeActive(store: SessionStore): AgentSession {
  const session = active(store);
  if (session === null) throw new OvFailure('No active coordinator session found', 'AGENT_ERROR');
  return session;
}

/** Session name of the running coordinator; a dead one is written down as a zombie first, as in overstory. */
async function livePane(root: string): Promise<string> {
  using store = new SessionStore(root);
  const { tmuxSession } = mustBeActive(store);
  if (await isSessionAlive(tmuxSession)) return tmuxSession;
  store.setState(agentName, 'zombie');
  store.touch(agentName);
  throw new OvFailure(`Coordinator tmux session "${tmuxSession}" is not alive`, 'AGENT_ERROR');
}
