// The process behind a headless worker. A lead spawns workers and gathers their branches; a builder writes
// and commits a file; a scout reads and reports. Memory and CPU are really used, as configured.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeFault } from '../faults.ts';
import { readSettings } from '../settings.ts';
import { MailStore } from '../stores/mail.ts';
import { SessionStore } from '../stores/sessions.ts';
import { record, step } from './books.ts';
import { freeName } from './objective.ts';
import { leakProcess, runWorker, type WorkerOrder } from './spawn.ts';
import { writeReply } from './transcript.ts';
import { changedFiles, commitFiles, currentBranch, mergeBranch, trackedFiles } from './worktrees.ts';

const workMs = 4500;

/** Ends with exit 0 after its last mail; any other end is a crash to whoever spawned it. */
export async function workerMain(root: string, order: WorkerOrder): Promise<void> {
  const worktree = join(root, '.overstory', 'worktrees', order.name);
  if (order.capability === 'lead') await lead(root, worktree, order);
  else await work(root, worktree, order);
}

async function lead(root: string, worktree: string, order: WorkerOrder): Promise<void> {
  const { speed, workers } = readSettings(root);
  const [first = '', ...rest] = order.objective.split('\n');
  const kind = first === 'scout' ? 'scout' : 'builder';
  const text = rest.join('\n');
  await sleep(600 / speed);
  touch(root, order.name);
  const crew = ['a', 'b'].slice(0, Math.max(1, Math.min(2, workers)));
  const outcomes = await Promise.all(
    crew.map(async (letter, index) => {
      await sleep((index * 300) / speed);
      const name = freeName(root, `${kind}-${order.taskId}-${letter}`);
      const child = {
        name,
        capability: kind,
        taskId: order.taskId,
        parent: order.name,
        depth: 2,
        objective: text,
      };
      return runWorker(root, child);
    }),
  );
  touch(root, order.name);
  const failed = outcomes
    .filter((session) => session.state !== 'completed')
    .map((session) => session.agentName);
  if (failed.length > 0) {
    report(
      root,
      order,
      'error',
      `Work failed: ${order.taskId}`,
      `${failed.join(', ')} ended without a report.`,
    );
    return;
  }
  // A worker that could not do its work has said why.
  const said = problemsOf(root, order.name);
  if (said.length > 0) return report(root, order, 'error', `Work failed: ${order.taskId}`, said.join('\n'));
  await sleep(500 / speed);
  if (kind === 'scout') {
    using mail = new MailStore(root);
    const findings = mail.list({ to: order.name, type: 'result' }).map((each) => each.body);
    report(root, order, 'result', `Findings: ${order.taskId}`, findings.reverse().join('\n'));
  } else {
    for (const { branchName } of outcomes) {
      const problem = await mergeBranch(worktree, order.name, branchName);
      if (problem === null) continue;
      const words = `${branchName} did not merge. git said: ${problem}`;
      return report(root, order, 'error', `Work failed: ${order.taskId}`, words);
    }
    const branch = `overstory/${order.name}/${order.taskId}`;
    const filesModified = await changedFiles(root, await currentBranch(root), branch);
    const payload = { branch, taskId: order.taskId, agentName: order.name, filesModified };
    report(
      root,
      order,
      'merge_ready',
      `Merge ready: ${order.taskId}`,
      `Verified ${branch}`,
      JSON.stringify(payload),
    );
  }
  report(root, order, 'worker_done', `Worker done: ${order.taskId}`, 'All workers are done.');
}

async function work(root: string, worktree: string, order: WorkerOrder): Promise<void> {
  const question = order.parent === 'operator' ? questionIn(order) : null;
  // Disobedient: it shows its plan, or none, and works on.
  const eager = question !== null && takeFault(root, 'worker', ['eager']) !== null;
  if (question !== null && !eager) {
    await sleep(400 / readSettings(root).speed);
    return report(root, order, question.type, question.subject, question.body);
  }
  const fault = takeFault(root, 'worker', ['crash', 'endless', 'leak']);
  const file = join('ov-sim', `${order.name}.md`);
  if (order.capability === 'scout') {
    step(root, order.name, { says: 'I read what git tracks (simulated).' });
    step(root, order.name, { uses: 'Bash', args: { command: 'git ls-files' } });
  } else {
    step(root, order.name, { says: `I write ${file} (simulated).` });
    step(root, order.name, { uses: 'Write', args: { file_path: file } });
    mkdirSync(join(worktree, 'ov-sim'), { recursive: true });
    writeFileSync(
      join(worktree, file),
      `# ${order.taskId}\n\nWritten by ${order.name}, a simulated worker.\n`,
    );
  }
  if (fault?.kind === 'crash') {
    await sleep(fault.ms ?? 200);
    record(root, order.name, 'error', 'API Error');
    process.exit(1);
  }
  const speed = readSettings(root).speed;
  await load(root, order.name, fault?.kind === 'endless' ? Number.POSITIVE_INFINITY : workMs / speed);
  if (fault?.kind === 'leak') leakProcess(worktree);
  if (order.capability === 'scout') {
    const { files, total } = await trackedFiles(root, 8);
    report(
      root,
      order,
      'result',
      `Findings: ${order.taskId}`,
      `Findings of ${order.name}: ${total} tracked files, among them ${files.join(', ')}.`,
    );
  } else {
    try {
      await commitFiles(worktree, order.name, `Simulate ${order.taskId}`, [file]);
    } catch (refused) {
      // A hook, a signature, another owner: what git says is all that anybody can act on.
      const words = refused instanceof Error ? refused.message : String(refused);
      return report(root, order, 'error', `Not committed: ${order.taskId}`, `${order.name}: ${words}`);
    }
  }
  const { costUsd } = readSettings(root);
  if (order.parent === 'operator' && costUsd > 0) writeReply(worktree, order.name, costUsd / 4);
  report(root, order, 'worker_done', `Worker done: ${order.taskId}`, doneText(root, order, file));
}

function doneText(root: string, order: WorkerOrder, file: string): string {
  if (order.parent !== 'operator') return 'Done (simulated).';
  if (order.capability === 'scout')
    return `Nothing was changed (simulated work by ov-sim in ${basename(root)}).`;
  const artifacts = /\bov-sim:artifacts\b/.test(order.objective) ? `\n\nArtifacts:\n- ${file}` : '';
  return `Wrote and committed ${file} (simulated work by ov-sim).${artifacts}`;
}

/** What a worker without a coordinator asks before its work, and ends its turn for: it is in its spec who was answered. */
function questionIn({
  objective,
  taskId,
}: WorkerOrder): { type: string; subject: string; body: string } | null {
  if (/^PLAN FIRST/m.test(objective)) {
    const wish = /^REJECTED by the operator:? ?(.*)$/m.exec(objective)?.[1];
    const revised = wish === undefined ? '' : ' (revision 2)';
    return {
      type: 'question',
      subject: `PLAN [${taskId}] the work${revised}`,
      body: `1. Write one file.\n2. Commit it.${wish ? `\nChanged after your answer: ${wish}` : ''}\nApprove, or reject with what to change?`,
    };
  }
  if (!/\bov-sim:question\b/.test(objective) || /^ANSWER by the operator/m.test(objective)) return null;
  return {
    type: 'question',
    subject: `[${taskId}] A or B?`,
    body: 'Which of the two should I take, A or B?',
  };
}

function problemsOf(root: string, to: string): string[] {
  using mail = new MailStore(root);
  return mail
    .list({ to, type: 'error' })
    .map(({ body }) => body)
    .reverse();
}

/** Holds the configured memory and burns the configured share of a core, in slices of 100 ms. */
async function load(root: string, name: string, ms: number): Promise<void> {
  const { workerMb, workerCores } = readSettings(root);
  const held = Buffer.alloc(workerMb * 1024 * 1024, 1);
  const until = Date.now() + ms;
  for (let slice = 0; Date.now() < until; slice++) {
    const burn = Date.now() + 100 * Math.min(1, workerCores);
    while (Date.now() < burn) held.length;
    await sleep(Math.max(1, Math.min(100 * (1 - workerCores), until - Date.now())));
    if (slice % 10 === 0) touch(root, name);
  }
}

function report(
  root: string,
  order: WorkerOrder,
  type: string,
  subject: string,
  body: string,
  payload?: string,
) {
  using mail = new MailStore(root);
  mail.send({
    from: order.name,
    to: order.parent ?? 'coordinator',
    subject,
    body,
    type,
    payload: payload ?? null,
  });
  touch(root, order.name);
  record(root, order.name, 'info', subject);
}

function touch(root: string, name: string): void {
  using store = new SessionStore(root);
  store.touch(name);
}
