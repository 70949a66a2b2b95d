// The books: `ov run`, `spec write`, `costs`, `errors`, `feed`, `clean`.
// `run list|complete` answer in text whatever is asked, as the real ones do.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { readCurrentRun, writeCurrentRun } from '../project.ts';
import { EventStore, MergeQueue, MetricsStore } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { deleteBranch, listWorktrees, removeWorktree } from '../swarm/worktrees.ts';
import { isSessionAlive, killSession } from '../tmux.ts';
import { groupCommands } from './groups.ts';
import { merge } from './merge.ts';

const runCurrent: OvSimCommand = {
  options: ['--json'],
  run(call) {
    const { root } = call.project();
    const id = readCurrentRun(root);
    using store = new SessionStore(root);
    const run = id === null ? null : store.runById(id);
    if (run === null) return { fields: { run: null, message: 'No active run' }, text: 'No active run' };
    const seconds = Math.floor((Date.now() - Date.parse(run.startedAt)) / 1000);
    const duration = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
    return { fields: { run, duration }, text: `${run.id} ${run.status} ${duration}` };
  },
};

const runList: OvSimCommand = {
  options: ['--last <n>', '--json'],
  run(call) {
    using store = new SessionStore(call.project().root);
    const runs = store.runs().slice(0, Number(call.value('last') ?? 10));
    return {
      raw:
        runs.length === 0
          ? 'No runs recorded yet\n'
          : `${runs.map((run) => `${run.id} ${run.status}`).join('\n')}\n`,
    };
  },
};

const runShow: OvSimCommand = {
  options: ['--json'],
  positionals: ['<id>'],
  run(call) {
    using store = new SessionStore(call.project().root);
    const id = call.positionals[0] ?? '';
    const run = store.runById(id);
    if (run === null) return { stderr: `✗ Run not found — ${id}\n`, exit: 1 };
    return { raw: `${run.id} ${run.status}\n` };
  },
};

const runComplete: OvSimCommand = {
  options: ['--json'],
  run(call) {
    const { root } = call.project();
    const id = readCurrentRun(root);
    if (id === null) return { stderr: '✗ No active run to complete\n', exit: 1 };
    using store = new SessionStore(root);
    store.completeRun(id);
    writeCurrentRun(root, null);
    return { raw: `✓ Run completed ${id}\n` };
  },
};

const specWrite: OvSimCommand = {
  options: ['--body <content>', '--agent <name>', '--json'],
  positionals: ['<task-id>'],
  envelope: 'spec-write',
  async run(call) {
    const { root } = call.project();
    const taskId = call.positionals[0] ?? '';
    // As a stream: reading descriptor 0 at once fails with EAGAIN where the writer is slower.
    const body = call.value('body') ?? (process.stdin.isTTY ? '' : await text(process.stdin));
    if (body.trim() === '')
      throw new OvFailure(
        'Spec body is required: use --body <content> or pipe via stdin',
        'VALIDATION_ERROR',
      );
    // As in overstory, the id is taken as it is: the client's own check is what holds it to the folder.
    const path = join(root, '.overstory', 'specs', `${taskId}.md`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body.endsWith('\n') ? body : `${body}\n`);
    return { fields: { taskId, path }, text: `✓ Spec written ${path}` };
  },
};

const costs: OvSimCommand = {
  options: ['--live', '--agent <name>', '--run <id>', '--last <n>', '--json'],
  run(call) {
    const { root } = call.project();
    // Without token snapshots there is nothing live; what is used is in the transcripts.
    const totals = {
      inputTokens: 0,
      outputTokens: 0,
      cacheTokens: 0,
      costUsd: 0,
      burnRatePerMin: 0,
      tokensPerMin: 0,
    };
    if (call.has('live')) return { fields: { agents: [], totals }, text: 'No live data' };
    using metrics = new MetricsStore(root);
    const sessions = metrics
      .list()
      .filter((each) => (call.value('agent') ?? each.agentName) === each.agentName)
      .filter((each) => (call.value('run') ?? each.runId) === each.runId)
      .slice(0, Number(call.value('last') ?? 20));
    return {
      fields: { sessions },
      text: sessions.map((each) => `${each.agentName} -`).join('\n'),
    };
  },
};

const eventsOf = (level: 'error' | null, limit: string): OvSimCommand => ({
  options: [
    '--agent <name>',
    '--run <id>',
    '--since <timestamp>',
    '--until <timestamp>',
    '--limit <n>',
    '--follow',
    '--interval <ms>',
    '--json',
  ],
  run(call) {
    using store = new EventStore(call.project().root);
    const most = Number(call.value('limit') ?? limit);
    const agent = call.value('agent');
    const since = call.value('since') ?? '';
    // As overstory: the newest of all, but of an agent the oldest since then.
    const events =
      agent === undefined
        ? store.list(most, level)
        : store
            .list(-1, level)
            .filter((each) => each.agentName === agent && each.createdAt >= since)
            .slice(0, most);
    return {
      fields: { events },
      text: events.map((each) => `${each.createdAt} ${each.agentName} ${each.eventType}`).join('\n'),
    };
  },
});

const clean: OvSimCommand = {
  options: ['--all', '--agent <name>', '--mail', '--sessions', '--metrics', '--worktrees', '--json'],
  async run(call) {
    const { root, name } = call.project();
    if (!call.has('all'))
      throw new OvFailure(
        'No cleanup targets specified. Use --all for full cleanup, --agent <name> for single-agent cleanup, or individual flags (--mail, --sessions, --metrics, --logs, --worktrees, --branches, --agents, --specs).',
        'VALIDATION_ERROR',
      );
    const session = `overstory-${name}-coordinator`;
    const alive = await isSessionAlive(session);
    if (alive) await killSession(session);
    let worktreesCleaned = 0;
    let branchesDeleted = 0;
    for (const { path, branch } of (await listWorktrees(root)).slice(1)) {
      if (await removeWorktree(root, path, true)) worktreesCleaned++;
      if (branch.startsWith('overstory/') && (await deleteBranch(root, branch))) branchesDeleted++;
    }
    using mail = new MailStore(root);
    mail.purge({});
    using sessions = new SessionStore(root);
    sessions.clear();
    using queue = new MergeQueue(root);
    queue.clear();
    const metricsWiped = MetricsStore.exists(root);
    if (metricsWiped) {
      using metrics = new MetricsStore(root);
      metrics.clear();
    }
    const currentRunCleared = readCurrentRun(root) !== null;
    writeCurrentRun(root, null);
    rmSync(join(root, '.overstory', 'specs'), { recursive: true, force: true });
    mkdirSync(join(root, '.overstory', 'specs'));
    return {
      fields: {
        sessionEndEventsLogged: 0,
        tmuxKilled: alive ? 1 : 0,
        orphanPidsReaped: 0,
        worktreesCleaned,
        branchesDeleted,
        mailWiped: true,
        sessionsCleared: true,
        mergeQueueCleared: true,
        metricsWiped,
        logsCleared: false,
        agentsCleared: false,
        specsCleared: true,
        nudgeStateCleared: false,
        currentRunCleared,
        mulchHealth: null,
      },
      text: 'Cleaned',
    };
  },
};

export const bookCommands: Record<string, OvSimCommand> = {
  run: runCurrent,
  'run list': runList,
  'run show': runShow,
  'run complete': runComplete,
  'spec write': specWrite,
  costs,
  errors: eventsOf('error', '100'),
  feed: eventsOf(null, '50'),
  merge,
  ...groupCommands,
  clean,
};
