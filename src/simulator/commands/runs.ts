// The books: `ov run`, `spec write`, `costs`, `errors`, `feed`, `merge --dry-run`, `group`, `clean`.
// `run list|complete` answer in text whatever is asked, as the real ones do.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Outcome, OvSimCommand } from '../cli/command.ts';
import { OvFailure } from '../cli/failure.ts';
import { readCurrentRun, writeCurrentRun } from '../project.ts';
import { EventStore, MergeQueue, MetricsStore } from '../stores/ledgers.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import {
  branchExists,
  changedFiles,
  currentBranch,
  deleteBranch,
  listWorktrees,
  mergeBranch,
  removeWorktree,
} from '../swarm/worktrees.ts';
import { isSessionAlive, killSession } from '../tmux.ts';

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
  run(call) {
    const { root } = call.project();
    const taskId = call.positionals[0] ?? '';
    const body = call.value('body') ?? (process.stdin.isTTY ? '' : readFileSync(0, 'utf8'));
    if (body.trim() === '')
      throw new OvFailure(
        'Spec body is required: use --body <content> or pipe via stdin',
        'VALIDATION_ERROR',
      );
    // Not confined to the folder: `../../x` escapes in overstory as well.
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
    if (call.has('live')) {
      const totals = {
        inputTokens: 0,
        outputTokens: 0,
        cacheTokens: 0,
        costUsd: 0,
        burnRatePerMin: 0,
        tokensPerMin: 0,
      };
      return { fields: { agents: [], totals }, text: 'No live data' };
    }
    using metrics = new MetricsStore(root);
    const sessions = metrics
      .list()
      .filter((each) => (call.value('agent') ?? each.agentName) === each.agentName)
      .filter((each) => (call.value('run') ?? each.runId) === each.runId)
      .slice(0, Number(call.value('last') ?? 20));
    return {
      fields: { sessions },
      text: sessions.map((each) => `${each.agentName} ${each.estimatedCostUsd ?? '-'}`).join('\n'),
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
    const events = store
      .list(Number(call.value('limit') ?? limit), level)
      .filter((each) => (call.value('agent') ?? each.agentName) === each.agentName);
    return {
      fields: { events },
      text: events.map((each) => `${each.createdAt} ${each.agentName} ${each.eventType}`).join('\n'),
    };
  },
});

const merge: OvSimCommand = {
  options: ['--branch <name>', '--all', '--dry-run', '--into <branch>', '--json'],
  async run(call) {
    const { root } = call.project();
    const branch = call.value('branch');
    if (branch === undefined && !call.has('all'))
      throw new OvFailure('Either --branch <name> or --all is required for ov merge', 'VALIDATION_ERROR');
    using queue = new MergeQueue(root);
    if (branch === undefined) return mergeAll(root, queue, call.has('dry-run'));
    if (!(await branchExists(root, branch)))
      throw new OvFailure(`Branch "${branch}" not found`, 'VALIDATION_ERROR');
    if (!queue.list().some((entry) => entry.branchName === branch && entry.status === 'pending')) {
      const [, agentName = '', taskId = ''] = branch.split('/');
      queue.enqueue({
        branchName: branch,
        taskId,
        agentName,
        filesModified: await changedFiles(root, await currentBranch(root), branch),
      });
    }
    const entry = queue.list('pending').find((each) => each.branchName === branch);
    if (call.has('dry-run')) return { fields: { ...entry, prediction }, text: `${branch}: clean-merge` };
    return { fields: await settle(root, queue, branch), text: `Merged ${branch}` };
  },
};

async function mergeAll(root: string, queue: MergeQueue, dryRun: boolean): Promise<Outcome> {
  const pending = queue.list('pending');
  if (pending.length === 0)
    return { fields: { results: [], count: 0 }, text: 'No pending branches to merge' };
  if (dryRun) {
    const entries = pending.map((entry) => ({ ...entry, prediction }));
    return { fields: { entries }, text: `${entries.length} pending branches` };
  }
  const results = [];
  for (const entry of pending) results.push(await settle(root, queue, entry.branchName));
  const successCount = results.filter((result) => result.errorMessage === null).length;
  const failCount = results.length - successCount;
  return {
    fields: { results, count: results.length, successCount, failCount },
    text: `Done: ${successCount} merged`,
  };
}

async function settle(root: string, queue: MergeQueue, branch: string) {
  const problem = await mergeBranch(root, 'ov-sim', branch);
  queue.settle(branch, problem === null ? 'merged' : 'conflict', problem === null ? 'clean-merge' : null);
  const entry = queue.list().findLast((each) => each.branchName === branch);
  return { entry, tier: 'clean-merge', conflictFiles: [], errorMessage: problem, warnings: [] };
}

const prediction = {
  predictedTier: 'clean-merge',
  conflictFiles: [],
  wouldRequireAgent: false,
  reason: 'simulated',
};

interface Group {
  id: string;
  name: string;
  memberIssueIds: string[];
  status: 'active' | 'completed';
  createdAt: string;
  completedAt: string | null;
}

const groupCreate: OvSimCommand = {
  options: ['--json', '--skip-validation'],
  positionals: ['<name>', '<ids...>'],
  run(call) {
    const { root } = call.project();
    const [name = '', ...memberIssueIds] = call.positionals;
    if (!call.has('skip-validation'))
      throw new OvFailure(`Issue "${memberIssueIds[0]}" not found in tracker`, 'VALIDATION_ERROR');
    const id = `group-${randomBytes(4).toString('hex')}`;
    const group: Group = {
      id,
      name,
      memberIssueIds,
      status: 'active',
      createdAt: new Date().toISOString(),
      completedAt: null,
    };
    writeFileSync(
      join(root, '.overstory', 'groups.json'),
      `${JSON.stringify([...readGroups(root), group], null, 2)}\n`,
    );
    return { fields: { ...group }, text: `✓ Group created ${id}` };
  },
};

const groupList: OvSimCommand = {
  options: ['--json'],
  run(call) {
    const groups = readGroups(call.project().root);
    // A bare array in overstory when there are none.
    if (groups.length === 0) return { raw: call.json ? '[]\n' : 'No groups\n' };
    return { fields: { groups }, text: groups.map((group) => group.name).join('\n') };
  },
};

const groupStatus: OvSimCommand = {
  options: ['--json', '--skip-validation'],
  positionals: ['[group-id-or-name]'],
  run(call) {
    const wanted = call.positionals[0];
    const groups = readGroups(call.project().root).map((group) => {
      const total = group.memberIssueIds.length;
      return { group, total, completed: 0, inProgress: 0, blocked: 0, open: total };
    });
    if (wanted === undefined)
      return {
        fields: { groups },
        text: groups.map(({ group, total }) => `${group.name} 0/${total}`).join('\n'),
      };
    const found = groups.find(({ group }) => group.id === wanted || group.name === wanted);
    if (found === undefined) throw new OvFailure(`Group "${wanted}" not found`, 'VALIDATION_ERROR');
    return { fields: { ...found }, text: `${found.group.name} 0/${found.total}` };
  },
};

function readGroups(root: string): Group[] {
  try {
    return JSON.parse(readFileSync(join(root, '.overstory', 'groups.json'), 'utf8')) as Group[];
  } catch {
    return [];
  }
}

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
  'group create': groupCreate,
  'group list': groupList,
  'group status': groupStatus,
  clean,
};
