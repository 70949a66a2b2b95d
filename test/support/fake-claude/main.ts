// See README.md. Only node: builtins and the words of a limit: it runs as a program of its own, under the real `ov`.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LimitShown, limitShown } from '../../../src/simulator/swarm/limit.ts';

interface Mail {
  id: string;
  from: string;
  subject: string;
  body: string;
  type: string;
  createdAt: string;
}

const { argv, env } = process;
const agent = env.OVERSTORY_AGENT_NAME ?? '';
const after = (flag: string) => (argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined);
const session = after('--resume') ?? randomUUID();

function log(entry: object): void {
  if (env.FAKE_CLAUDE_LOG)
    appendFileSync(env.FAKE_CLAUDE_LOG, `${JSON.stringify({ agent, pid: process.pid, ...entry })}\n`);
}

function ov(...words: string[]): string {
  const ran = spawnSync('ov', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  log({ event: 'ov', words, exit: ran.status, stderr: ran.stderr.slice(0, 300) });
  return ran.stdout;
}

function mail(to: string, type: string, subject: string, body: string, from = agent): void {
  ov('mail', 'send', '--to', to, '--type', type, '--subject', subject, '--body', body, '--agent', from);
}

/** As coordinator.md prescribes it. */
function replyStatus(id: string): void {
  const lines = [
    `Active leads: ${leadFor === null ? 'none' : 'lead-1 (task: task-1, state: working)'}`,
    'Completed: none',
    'Blockers: none',
    'Next actions: go on with the second half',
  ];
  ov('mail', 'reply', id, '--body', lines.join('\n'), '--agent', agent);
}

/**
 * Runs what overstory deployed for this event, as Claude Code does. Returns what it printed, which its model is shown of
 * SessionStart and UserPromptSubmit only.
 */
function hooks(event: string, matcher: string | null): string {
  let printed = '';
  for (const file of ['settings.json', 'settings.local.json']) {
    let deployed: { hooks?: Record<string, { matcher?: string; hooks?: { command: string }[] }[]> };
    try {
      deployed = JSON.parse(readFileSync(join(process.cwd(), '.claude', file), 'utf8'));
    } catch {
      continue;
    }
    for (const entry of deployed.hooks?.[event] ?? []) {
      if (entry.matcher && !(matcher && new RegExp(`^(?:${entry.matcher})$`).test(matcher))) continue;
      for (const { command } of entry.hooks ?? [])
        printed += spawnSync('/bin/sh', ['-c', command], {
          encoding: 'utf8',
          input: JSON.stringify({ hook_event_name: event, session_id: session, cwd: process.cwd() }),
        }).stdout;
    }
  }
  return printed;
}

// ── the coordinator, in a terminal ───────────────────────────────────────────────────────────────────────
const bornMs = Date.now() - 1_000;
const seen = new Set<string>();
/** tag of the objective whose plan waits for an answer */
let planned: { tag: string; body: string } | null = null;
let leadFor: string | null = null;
/** its usage is used up, with what is left to do; the lines are what its screen ends in */
let limit: (LimitShown & { tag: string }) | null = null;
/** a worker in a terminal has sent its last mail */
let reported = false;

/** What it was shown: ids in a prompt's hook output, and all mail once a prompt names the command that lists it. */
const shown = new Set<string>();
let listed = false;

/** @param prompt the line that was typed and what its hook printed */
function hear(prompt: string): void {
  for (const [, id = ''] of prompt.matchAll(/ov mail reply (msg-\w+)/g)) shown.add(id);
  listed = /ov mail list --(from|to) /.test(prompt);
}

/** Mail of its workers it lists by itself, as it polls for their reports; the operator's only when a prompt shows it. */
function newMail(): Mail[] {
  const { messages } = JSON.parse(ov('mail', 'list', '--to', agent, '--json')) as { messages: Mail[] };
  // What an earlier session was told is none of this one's business.
  const fresh = messages
    .filter(({ id, createdAt }) => !seen.has(id) && Date.parse(createdAt) >= bornMs)
    .filter(({ id, from }) => from !== 'operator' || listed || shown.has(id))
    .reverse();
  for (const { id } of fresh) seen.add(id);
  return fresh;
}

function complete(tag: string): void {
  mail('operator', 'result', `Run complete: [${tag}]`, 'fake-claude did what it was told; nothing is left.');
}

/**
 * A builder's work without a builder: a commit on a branch of its own, which the real `ov merge` then takes, with all that
 * it does to the folder it merges in. Told as a coordinator tells it.
 */
function build(tag: string): void {
  const folder = join('.overstory/worktrees', `builder-${tag}`);
  const branch = `overstory/builder-${tag}/task-1`;
  const git = (...words: string[]) => {
    const { status, stderr, stdout } = spawnSync('git', words, { encoding: 'utf8' });
    return status === 0 ? null : (stderr.trim() || stdout.trim()).slice(0, 300);
  };
  let problem = git('worktree', 'add', '--quiet', '-b', branch, folder);
  if (problem === null) {
    mkdirSync(join(folder, 'fake-claude'), { recursive: true });
    writeFileSync(join(folder, 'fake-claude', `${tag}.md`), `${tag}\n`);
    problem =
      git('-C', folder, 'add', '--all') ?? git('-C', folder, 'commit', '--quiet', '-m', `Work of ${tag}`);
  }
  if (problem !== null) {
    const words = `builder-${tag} could not commit. git said: ${problem}`;
    mail('operator', 'error', `[${tag}] Objective failed`, words);
    return;
  }
  const said = ov('merge', '--branch', branch, '--json');
  const merged = spawnSync('git', ['merge-base', '--is-ancestor', branch, 'HEAD']).status === 0;
  const became = merged
    ? `Merged: ${branch}`
    : `Merged: no, the branch is kept. ov said: ${said.trim().slice(0, 300)}`;
  mail('operator', 'result', `Run complete: [${tag}]`, became);
}

async function work(tag: string, body: string): Promise<void> {
  const asked = (word: string) => body.includes(`fake:${word}`);
  if (asked('linger'))
    spawn('/bin/sh', ['-c', 'trap "" TERM HUP; while :; do sleep 0.2; done'], {
      detached: true,
      stdio: 'ignore',
    }).unref();
  if (asked('die')) process.exit(1);
  if (asked('build')) {
    build(tag);
    return;
  }
  if (asked('busy')) await new Promise(() => setInterval(() => {}, 1_000_000));
  if (asked('logout')) {
    process.stdout.write(`\r\u001b[2KNot logged in · Please run /login\n${prompt}`);
    await new Promise(() => setInterval(() => {}, 1_000_000));
  }
  if (asked('conflict')) {
    ov('sling', 'task-1', '--capability', 'lead', '--name', 'lead-1', '--skip-task-check', '--json');
    mail('coordinator', 'merge_failed', 'Merge failed: lead-1', 'conflict in index.js', 'lead-1');
  }
  // Leads that wait for mail which nobody sends; and it looks out for their end.
  if (asked('crowd'))
    for (const n of [1, 2, 3])
      ov('sling', `task-${n}`, '--capability', 'lead', '--name', `lead-${n}`, '--skip-task-check', '--json');
  if (asked('mute'))
    for (const parent of [[], ['--parent', 'coordinator']])
      ov(
        'sling',
        `task-${parent.length}`,
        '--capability',
        'lead',
        '--name',
        `mute-${parent.length}`,
        '--skip-task-check',
        ...parent,
        '--json',
      );
  if (asked('crowd') || asked('mute') || asked('conflict')) {
    leadFor = tag;
    return;
  }
  if (asked('think')) await sleep(6_000);
  if (asked('limit')) {
    limit = { ...limitShown('line session', 10_000, Date.now()), tag };
    return;
  }
  if (asked('lead')) {
    leadFor = tag;
    ov('sling', 'task-1', '--capability', 'lead', '--name', 'lead-1', '--skip-task-check', '--json');
    mail('lead-1', 'status', 'go on', 'report when you are done');
  } else if (!asked('wait')) complete(tag);
}

async function coordinate(): Promise<void> {
  for (const message of newMail()) {
    if (/worker_done|merge_ready|result/.test(message.type) && leadFor !== null) {
      complete(leadFor);
      leadFor = null;
    }
    // What a model makes of it: its work is broken, and a human must know.
    if (message.type === 'worker_died' && leadFor !== null)
      mail('operator', 'error', `[${leadFor}] a lead died`, message.body);
    if (message.from !== 'operator') continue;
    if (/\] PAUSE$/.test(message.subject) || /^status\?$/.test(message.body.trim())) {
      replyStatus(message.id);
      continue;
    }
    ov('mail', 'reply', message.id, '--body', 'Understood.', '--agent', agent);
    const tag = /\[(obj-\d+)/.exec(message.subject)?.[1];
    if (tag !== undefined && message.body.includes('(dispatch text v')) {
      if (/^PLAN FIRST/m.test(message.body)) {
        planned = { tag, body: message.body };
        mail('operator', 'question', `PLAN [${tag}] the plan`, '1. do it');
      } else await work(tag, message.body);
    } else if (planned !== null && message.body.startsWith('REJECTED by the operator (gate ')) {
      mail(
        'operator',
        'question',
        `PLAN [${planned.tag}] the plan`,
        `1. do it, but: ${message.body.slice(0, 200)}`,
      );
    } else if (planned !== null && message.body.startsWith('APPROVED by the operator (gate ')) {
      const { tag: approved, body } = planned;
      planned = null;
      await work(approved, body);
    }
  }
}

const prompt = '────────\n❯ \n────────\n  ⏵⏵ bypass permissions on (shift+tab to cycle)\n';

async function terminal(): Promise<void> {
  const mode = env.FAKE_CLAUDE_TUI ?? 'ready';
  if (mode === 'die') process.exit(1);
  spawnSync('stty', ['-echo'], { stdio: ['inherit', 'ignore', 'ignore'] });
  if (mode === 'login') process.stdout.write('Select login method:\n > 1. Claude account\n   2. API key\n');
  else {
    hear(hooks('SessionStart', null));
    process.stdout.write(` ✻ Welcome to Claude Code!\n\n${prompt.replace('❯ ', '❯ Try "fix it"')}`);
  }
  for await (const line of createInterface({ input: process.stdin, terminal: false })) {
    if (mode === 'login' || line.trim() === '') continue;
    log({ event: 'turn', text: line.slice(0, 200) });
    const over = limit !== null && Date.now() >= limit.resetAtMs ? limit : null;
    if (limit !== null && over === null) {
      process.stdout.write(`\n❯ ${line}\n${limit.lines.join('\n')}${prompt}`);
      continue;
    }
    limit = null;
    process.stdout.write('\n✶ Thinking… (3s · esc to interrupt)');
    hear(`${line}\n${hooks('UserPromptSubmit', null)}`);
    if (over !== null) complete(over.tag);
    if (agent !== 'coordinator') {
      // A worker in a terminal: it reports, and its claude stays open.
      if (!reported) mail('coordinator', 'worker_done', 'done', 'done in a terminal');
      reported = true;
    } else await coordinate();
    // The turn's tool calls are over: what their hooks print reaches nobody, and what came meanwhile is read by now.
    hooks('PostToolUse', 'Bash');
    listed = false;
    // A lead's report types nothing here: look for it, as a coordinator that polls its mail does.
    while (leadFor !== null) {
      await sleep(300);
      await coordinate();
    }
    hooks('Stop', null);
    // The busy line is erased in place, as the real screen does: `ov nudge` looks for it.
    const said = (limit as LimitShown | null)?.lines.join('\n') ?? '● done\n';
    process.stdout.write(`\r\u001b[2K${said}${prompt}`);
  }
}

/** A worker without a coordinator: what its spec asks for, mailed to the operator. */
async function alone(): Promise<void> {
  const spec = join(env.OVERSTORY_PROJECT_ROOT ?? '', '.overstory/specs', `${env.OVERSTORY_TASK_ID}.md`);
  const order = readFileSync(spec, 'utf8');
  const asked = (word: string) => order.includes(`fake:${word}`);
  if (asked('die')) process.exit(1);
  if (asked('busy')) await new Promise(() => setInterval(() => {}, 1_000_000));
  if (asked('think')) await sleep(3_000);
  if (asked('mute')) return;
  if (agent.startsWith('builder')) {
    mkdirSync('fake-claude', { recursive: true });
    writeFileSync(join('fake-claude', `${agent}.md`), `${agent}\n`);
    spawnSync('git', ['add', 'fake-claude']);
    spawnSync('git', ['commit', '--quiet', '-m', `Work of ${agent}`]);
  }
  if (asked('ask') && !/^ANSWER by the operator/m.test(order))
    mail('operator', 'question', 'A or B?', 'A or B?');
  else mail('operator', 'worker_done', 'Worker done', 'fake-claude did what it was told.');
}

const ended = {
  type: 'result',
  subtype: 'success',
  result: 'ok',
  is_error: false,
  num_turns: 1,
  total_cost_usd: 0.01,
};

// ── a worker's headless turn ─────────────────────────────────────────────────────────────────────────────
async function turn(): Promise<void> {
  const emit = (message: object) =>
    process.stdout.write(`${JSON.stringify({ session_id: session, ...message })}\n`);
  const text = (words: string) => ({
    type: 'assistant',
    message: {
      model: 'fake',
      content: [{ type: 'text', text: words }],
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  });
  const resumed = argv.includes('--resume');
  const mute = agent.startsWith('mute');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    log({ event: 'turn', resumed });
    emit({ type: 'system', subtype: 'init', model: 'fake', tools: ['Bash'], cwd: process.cwd() });
    emit(text('working'));
    if (/^(?:scout|builder)-obj-/.test(agent)) {
      await alone();
      emit(ended);
      continue;
    }
    if (!resumed && !mute) {
      // Cut off: no result follows, so overstory keeps the worker and waits for mail to it.
      mail('coordinator', 'status', 'started', 'waiting for word');
      process.exit(0);
    }
    // A mute one ends well and has told nobody: overstory's contract is broken.
    if (!mute) mail('coordinator', 'worker_done', 'done', 'heard you; done');
    emit(ended);
  }
}

if (argv.includes('--version')) console.log('2.1.112 (Claude Code)');
else if (after('--input-format') === 'stream-json') await turn();
else if (argv.includes('-p') || argv.includes('--print')) console.log('fake claude says: ok');
else {
  log({ event: 'start', cwd: process.cwd() });
  await terminal();
}
