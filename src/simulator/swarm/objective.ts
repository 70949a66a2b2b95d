// The script of one objective: plan (when asked for), a lead with one or two workers, merge, report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatorSettings } from '../settings.ts';
import { EventStore, MergeQueue, MetricsStore } from '../stores/ledgers.ts';
import { type MailMessage, MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { runWorker } from './spawn.ts';
import { writeReply } from './transcript.ts';
import {
  changedFiles,
  currentBranch,
  deleteBranch,
  listWorktrees,
  mergeBranch,
  removeWorktree,
} from './worktrees.ts';

export interface Objective {
  /** `obj-3` */
  tag: string;
  title: string;
  /** What was asked, with the spec's text when the dispatch named one. Data only. */
  text: string;
  planRequired: boolean;
}

/** What the coordinator lends to the objective it carries out. */
export interface Desk {
  root: string;
  settings(): SimulatorSettings;
  /** A line in the pane; also moves lastActivity, as a tool use does. */
  say(line: string): void;
  /** Scaled by settings.speed. */
  pause(ms: number): Promise<void>;
  /** The operator has told it to stop: its workers are ended, and nothing is completed. */
  stopped(): boolean;
  /** Mails the operator and waits, idle, for the answer. */
  ask(
    question: Pick<MailMessage, 'subject' | 'body' | 'type'> & { payload?: string; priority?: string },
  ): Promise<string>;
  tell(message: Pick<MailMessage, 'subject' | 'body' | 'type'> & { priority?: string }): void;
  /** Idle, until the operator stops it. */
  waitInVain(): Promise<void>;
}

export async function carryOut(objective: Objective, desk: Desk): Promise<void> {
  const { tag, title } = objective;
  await desk.pause(400);
  if (objective.planRequired && !(await planApproved(objective, desk))) return;
  await interlude(objective, desk);
  use(desk, desk.root, 0.2);
  const kind = /\b(scout|explore|exploration|investigate)\b/i.test(objective.text) ? 'scout' : 'builder';
  const name = freeName(desk.root, `lead-${tag}`);
  desk.say(`● ov sling ${tag} --capability lead --name ${name}`);
  const order = { name, capability: 'lead', taskId: tag, parent: 'coordinator', depth: 1 };
  // A worker's order is an argument of its process: 128 KiB at most, and the whole is in the mail or the spec.
  const lead = await runWorker(desk.root, {
    ...order,
    objective: `${kind}\n${objective.text.slice(0, 20_000)}`,
  });
  if (desk.stopped()) return;
  if (lead.state === 'booting') {
    // `ov sling` says success: a coordinator that believes it waits for mail that never comes.
    desk.say(`● ${name} is launched; I wait for its mail`);
    await desk.waitInVain();
    return;
  }
  use(desk, lead.worktreePath, 0.6);
  await desk.pause(400);
  const reports = reportsOf(desk.root, name);
  const problem = reports.find((mail) => mail.type === 'error');
  if (lead.state !== 'completed' || problem !== undefined) {
    const reason = problem?.body ?? `${name} ended without a report (state ${lead.state}).`;
    desk.say(`● ${name} failed`);
    desk.tell({
      subject: `[${tag}] Objective failed: ${title}`,
      body: `${reason}\nBranch ${lead.branchName} is parked in ${lead.worktreePath}.`,
      type: 'error',
      priority: 'high',
    });
    return;
  }
  const crew = workersOf(desk.root, name);
  const ready = reports.find((mail) => mail.type === 'merge_ready');
  const merged = ready === undefined ? null : await merge(desk, name, tag, lead.branchName);
  const findings = reports.filter((mail) => mail.type === 'result').map((mail) => mail.body);
  await tidy(desk.root, tag, merged === null || merged.problem === null ? [name, ...crew] : []);
  use(desk, desk.root, 0.2);
  endTurn(desk);
  desk.say(`● ov mail send --to operator --subject "Run complete: [${tag}]"`);
  desk.tell({
    subject: `Run complete: [${tag}] ${title}`,
    body: [
      `Objective ${tag} is done (simulated work by ov-sim).`,
      `Workers: ${[name, ...crew].join(', ')}`,
      `Branch: ${lead.branchName}`,
      merged === null
        ? 'Merged: nothing to merge'
        : merged.problem === null
          ? `Merged: into ${merged.into} (${merged.files.join(', ')})`
          : `Merged: no, the branch is kept. git said: ${merged.problem}`,
      ...findings,
      ...(/\bov-sim:artifacts\b/.test(objective.text) && merged?.problem === null
        ? ['', 'Artifacts:', ...merged.files.map((file) => `- ${file}`)]
        : []),
    ].join('\n'),
    type: 'result',
  });
}

/** Mails the plan and waits; a rejection brings a revised plan, an answer with "stop" ends the objective. */
async function planApproved({ tag, title }: Objective, desk: Desk): Promise<boolean> {
  let wish = '';
  for (let revision = 1; ; revision++) {
    const answer = await desk.ask({
      subject: `PLAN [${tag}] ${title}${revision === 1 ? '' : ` (revision ${revision})`}`,
      body: [
        `Plan for ${tag}: ${title}`,
        '1. One lead takes the work and splits it.',
        '2. Two workers build it in their own worktrees.',
        '3. The lead checks and the coordinator merges to the current branch.',
        ...(wish === '' ? [] : [`Changed after your answer: ${wish}`]),
        'Approve, or reject with what to change?',
      ].join('\n'),
      type: 'question',
    });
    const verdict = readAnswer(answer);
    desk.say(`● The operator's answer: ${verdict}`);
    if (verdict === 'approve') return true;
    if (verdict === 'stop') {
      desk.tell({
        subject: `Stopped: [${tag}] ${title}`,
        body: 'Stopped before any work, as answered.',
        type: 'status',
      });
      return false;
    }
    wish = answer.slice(0, 300);
  }
}

/** How an answer to a plan is understood. Refusals win over approvals in the same text. */
export function readAnswer(text: string): 'approve' | 'revise' | 'stop' {
  if (/\b(stop|cancel|abandon)\b/i.test(text)) return 'stop';
  if (/\b(reject(ed)?|declined?|not approved?|do not proceed|revise)\b/i.test(text)) return 'revise';
  return /\b(approved?|go ahead|proceed|yes)\b/i.test(text) ? 'approve' : 'revise';
}

/** Scripted surprises an objective's own text can ask for: `ov-sim:question`, `ov-sim:decision-gate`, `ov-sim:escalation`. */
async function interlude({ tag, text }: Objective, desk: Desk): Promise<void> {
  const wanted = /\bov-sim:(question|decision-gate|escalation)\b/.exec(text)?.[1];
  if (wanted === undefined) return;
  const questions = {
    question: {
      type: 'question',
      subject: `[${tag}] A or B?`,
      body: 'Which of the two should I take, A or B?',
    },
    'decision-gate': {
      type: 'decision_gate',
      subject: `[${tag}] Choose A or B`,
      body: 'Choose how to go on.',
      payload: JSON.stringify({ options: ['A', 'B'], context: `objective ${tag}` }),
    },
    escalation: {
      type: 'escalation',
      subject: `[${tag}] The work cannot go on without you`,
      body: 'severity: critical. Simulated: an objective asked for it.',
      priority: 'urgent',
    },
  };
  const answer = await desk.ask(questions[wanted as keyof typeof questions]);
  desk.say(`● The operator answered: ${answer.slice(0, 60)}`);
}

async function merge(desk: Desk, agentName: string, taskId: string, branchName: string) {
  const into = await currentBranch(desk.root);
  const files = await changedFiles(desk.root, into, branchName);
  using queue = new MergeQueue(desk.root);
  queue.enqueue({ branchName, taskId, agentName, filesModified: files });
  desk.say(`● ov merge --branch ${branchName}`);
  await desk.pause(400);
  const problem = await mergeBranch(desk.root, 'ov-sim-coordinator', branchName);
  queue.settle(branchName, problem === null ? 'merged' : 'conflict', problem === null ? 'clean-merge' : null);
  return { into, files, problem };
}

/** Removes the worktrees and branches of these agents, as the coordinator's completion protocol says. */
async function tidy(root: string, tag: string, names: string[]): Promise<void> {
  for (const { path, branch } of await listWorktrees(root)) {
    if (!names.some((name) => branch === `overstory/${name}/${tag}`)) continue;
    if (await removeWorktree(root, path, false)) await deleteBranch(root, branch);
  }
}

function reportsOf(root: string, from: string): MailMessage[] {
  using mail = new MailStore(root);
  return mail.list({ from, to: 'coordinator' }).reverse();
}

function workersOf(root: string, lead: string): string[] {
  using store = new SessionStore(root);
  return store
    .all()
    .filter((session) => session.parentAgent === lead)
    .map((session) => session.agentName);
}

/** A name no agent ever had here: overstory refuses to use one again while its worktree exists. */
export function freeName(root: string, wanted: string): string {
  using store = new SessionStore(root);
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (store.byName(name) === null && !existsSync(join(root, '.overstory', 'worktrees', name))) return name;
  }
}

/** What Claude Code writes at a reply of the model. @param share of the objective's cost */
function use(desk: Desk, cwd: string, share: number): void {
  const { costUsd } = desk.settings();
  if (costUsd <= 0) return;
  using store = new SessionStore(desk.root);
  writeReply(cwd, store.byName('coordinator')?.id ?? '', costUsd * share);
}

/** What overstory's Stop hook does at the end of a turn of a coordinator under tmux. */
function endTurn(desk: Desk): void {
  using store = new SessionStore(desk.root);
  const session = store.byName('coordinator');
  if (session === null) return;
  const { agentName, taskId, capability, startedAt, runId } = session;
  using metrics = new MetricsStore(desk.root);
  metrics.record({ agentName, taskId, capability, startedAt, runId });
  using events = new EventStore(desk.root);
  events.record({ runId, agentName, sessionId: session.id, eventType: 'session_end' });
}
