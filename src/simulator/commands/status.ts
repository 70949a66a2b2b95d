// `ov status`: not read-only. It holds the rows against tmux and the processes first, and swallows whatever
// is wrong with the mail and merge books (they count 0), as the real one does.
import { join } from 'node:path';
import type { Call, Outcome, OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { readCurrentRun } from '../project.ts';
import { MergeQueue, MetricsStore } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { type AgentSession, SessionStore } from '../stores/sessions.ts';
import { reconcile } from '../swarm/liveness.ts';
import { listWorktrees } from '../swarm/worktrees.ts';
import { listSessions } from '../tmux.ts';

export const status: OvSimCommand = {
  options: ['--json', '--verbose', '--agent <name>', '--all', '--watch', '--interval <ms>'],
  run: statusOf,
};

async function statusOf(call: Call): Promise<Outcome> {
  const interval = call.value('interval');
  if (interval !== undefined && !(Number.parseInt(interval, 10) >= 500))
    throw new OvFailure('--interval must be a number >= 500 (milliseconds)', 'VALIDATION_ERROR');
  const { root } = call.project();
  const agent = call.value('agent') ?? 'orchestrator';
  const runId = call.has('all') ? undefined : readCurrentRun(root);
  using store = new SessionStore(root);
  const [worktrees, tmuxSessions] = await Promise.all([listWorktrees(root), listSessions()]);
  const agents = runId ? store.inRun(runId) : store.all();
  reconcile(store, agents, new Set(tmuxSessions.map((session) => session.name)));
  const fields = {
    currentRunId: runId,
    agents,
    worktrees,
    tmuxSessions,
    unreadMailCount: orZero(() => countUnread(root, agent)),
    unreadMailScope: agent,
    mergeQueueCount: orZero(() => countPending(root)),
    recentMetricsCount: orZero(() => countMetrics(root)),
    ...(call.has('verbose') && agents.length > 0 ? { verboseDetails: verboseDetails(root, agents) } : {}),
  };
  return { fields, text: statusText(fields) };
}

function orZero(count: () => number): number {
  try {
    return count();
  } catch {
    return 0;
  }
}

function countUnread(root: string, agent: string): number {
  if (!MailStore.exists(root)) return 0;
  using mail = new MailStore(root);
  return mail.list({ to: agent, unread: true }).length;
}

function countPending(root: string): number {
  using queue = new MergeQueue(root);
  return queue.list('pending').length;
}

function countMetrics(root: string): number {
  if (!MetricsStore.exists(root)) return 0;
  using metrics = new MetricsStore(root);
  return metrics.list().length;
}

function verboseDetails(root: string, agents: AgentSession[]) {
  using mail = MailStore.exists(root) ? new MailStore(root) : null;
  return Object.fromEntries(
    agents.map((session) => [
      session.agentName,
      {
        worktreePath: session.worktreePath,
        logsDir: join(root, '.overstory', 'logs', session.agentName),
        lastMailSent: mail?.list({ from: session.agentName })[0]?.createdAt ?? null,
        lastMailReceived: mail?.list({ to: session.agentName })[0]?.createdAt ?? null,
        capability: session.capability,
      },
    ]),
  );
}

function statusText(data: {
  agents: AgentSession[];
  worktrees: { branch: string }[];
  unreadMailCount: number;
  unreadMailScope: string;
  mergeQueueCount: number;
  recentMetricsCount: number;
}): string {
  const active = data.agents.filter((agent) => agent.state !== 'zombie' && agent.state !== 'completed');
  const branches = data.worktrees
    .map((worktree) => worktree.branch)
    .filter((name) => name.startsWith('overstory/'));
  return [
    'Overstory Status',
    '─'.repeat(70),
    '',
    `Agents: ${active.length} active`,
    ...(active.length === 0 ? ['   No active agents'] : []),
    ...active.map(
      (agent) => `   > ${agent.agentName} [${agent.capability}] ${agent.state} | ${agent.taskId}`,
    ),
    '',
    `Worktrees: ${branches.length}`,
    ...(branches.length === 0 ? ['   No agent worktrees'] : branches.map((branch) => `   ${branch}`)),
    '',
    `Mail: ${data.unreadMailCount} unread (to ${data.unreadMailScope})`,
    `Merge queue: ${data.mergeQueueCount} pending`,
    `Sessions recorded: ${data.recentMetricsCount}`,
  ].join('\n');
}
