// `ov coordinator …`: the long-lived process under tmux, the only one a driver talks to.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { takeFault } from '../faults.ts';
import { killTree } from '../processes.ts';
import { readCurrentRun, writeCurrentRun } from '../project.ts';
import { readSettings } from '../settings.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { capturePane, isSessionAlive, killSession, typeWhenIdle } from '../tmux.ts';
import { checkComplete } from './check-complete.ts';
import { active, agentName, mustBeActive } from './coordinator-session.ts';
import { start } from './coordinator-start.ts';

/** How long overstory waits for the end of a turn before it types nothing. Scaled by settings.speed. */
export const idleWaitMs = 3_000;

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

/** Session name of the running coordinator; a dead one is written down as a zombie first, as in overstory. */
async function livePane(root: string): Promise<string> {
  using store = new SessionStore(root);
  const { tmuxSession } = mustBeActive(store);
  if (await isSessionAlive(tmuxSession)) return tmuxSession;
  store.setState(agentName, 'zombie');
  store.touch(agentName);
  throw new OvFailure(`Coordinator tmux session "${tmuxSession}" is not alive`, 'AGENT_ERROR');
}
