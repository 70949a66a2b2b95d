// Every command, run on ov-sim in the situation it was recorded in with overstory 0.10.3: same exit code,
// same stream, same keys and JSON types. Values differ, words of failures do not.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab, type Reply } from './ov.ts';

interface Recording {
  exit: number;
  stdout: string;
  stderr: string;
}

let lab: Lab;
let root: string;

beforeAll(async () => {
  lab = await openLab();
  root = await lab.product('prod-a', { init: false });
});
afterAll(() => lab[Symbol.asyncDispose]());

function recorded(name: string): Recording {
  const path = join(import.meta.dirname, `../fixtures/recordings/0.10.3/${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Recording;
}

/** Keys and JSON types; of a list, the shapes that occur in it, each once. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((each) => JSON.stringify(shape(each))))].sort();
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

function jsonOf(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

/** Compares exit code, streams in use and shape; `loose` leaves out fields whose content differs by situation. */
function same(reply: Reply, name: string, loose: string[] = []): void {
  const real = recorded(name);
  const summary = (exit: number, stdout: string, stderr: string) => {
    const json = jsonOf(stdout);
    const looked = shape(json) as Record<string, unknown>;
    if (json !== undefined && !Array.isArray(json)) for (const key of loose) looked[key] = 'any';
    return { exit, stdout: stdout.trim() !== '', stderr: stderr.trim() !== '', shape: looked };
  };
  expect(summary(reply.exit, reply.stdout, reply.stderr), name).toEqual(
    summary(real.exit, real.stdout, real.stderr),
  );
  expect(Object.keys(reply.json ?? {}), `${name}: order of keys`).toEqual(
    Object.keys((jsonOf(real.stdout) as object) ?? {}),
  );
}

/** Same failure, word for word, once names and times are taken out. */
function sameWords(reply: Reply, name: string): void {
  const real = recorded(name);
  same(reply, name);
  const plain = (text: string) =>
    text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>').replace(/\/[^\s'"]*\/(?=\.overstory)/g, '<root>/');
  expect(plain(reply.stdout + reply.stderr), name).toBe(plain(real.stdout + real.stderr));
}

const ov = (...words: string[]) => lab.ov(root, words);

test('before there is a project', async () => {
  sameWords(await ov('status', '--json'), 'status-not-git');
  sameWords(await ov('status'), 'status-not-git-text');
  sameWords(await ov('mail', 'list', '--json'), 'mail-list-git-no-overstory');
  sameWords(await ov('--version'), 'version');
  const version = await ov('--version', '--json');
  expect(version.json).toEqual({
    ...(jsonOf(recorded('version-json').stdout) as object),
    platform: expect.any(String),
    simulator: 'ov-sim',
  });
});

test('init, and again', async () => {
  const skips = ['--skip-mulch', '--skip-seeds', '--skip-canopy', '--skip-onboard'];
  const first = await ov('init', '--yes', '--json', '--name', 'prod-a', ...skips);
  same(first, 'init-a');
  const human = (text: string) => text.split('\n').filter((line) => !line.startsWith('{'));
  expect(human(first.stdout)).toEqual(human(recorded('init-a').stdout));
  sameWords(await ov('init', '--json'), 'init-again-json-no-yes');
  same(await ov('init', '--yes', '--json', '--name', 'prod-a'), 'init-again-yes');
});

test('an empty project', async () => {
  same(await ov('status', '--json'), 'status-empty', ['tmuxSessions']);
  sameWords(await ov('status'), 'status-empty-text');
  sameWords(await ov('status', '--json', '--nope'), 'status-unknown-flag');
  sameWords(await ov('status', '--json', '--interval', '1'), 'status-bad-interval');
  same(await ov('status', '--json', '--timing'), 'status-timing', [
    'currentRunId',
    'agents',
    'worktrees',
    'tmuxSessions',
  ]);
  expect((await ov('--json', 'status')).stdout).toMatch(/^Overstory Status/);
  sameWords(await ov('coordinator', 'stop'), 'coordinator-stop-none-text');
  sameWords(await ov('coordinator', 'stop', '--json'), 'coordinator-stop-twice');
  sameWords(await ov('coordinator', 'send', '--body', 'hi', '--json'), 'coordinator-send-none');
  sameWords(await ov('coordinator', 'status', '--json'), 'coordinator-status-stopped');
  same(await ov('coordinator', 'check-complete', '--json'), 'coordinator-check-complete-default');
  sameWords(await ov('run', 'complete', '--json'), 'run-complete-none');
  sameWords(await ov('run', 'show', 'run-x', '--json'), 'run-show-x');
  sameWords(await ov('group', 'list', '--json'), 'group-list-empty');
  sameWords(await ov('group', 'create', 'batch1', 'task-1', 'task-2', '--json'), 'group-create');
  await ov('group', 'create', 'batch1', 'task-1', 'task-2', '--skip-validation', '--json');
  same(await ov('group', 'status', '--json'), 'group-status');
  sameWords(await ov('nudge', 'nobody', 'wake up', '--json'), 'nudge-none');
  sameWords(await ov('stop', 'nope', '--json'), 'stop-missing');
  sameWords(await ov('merge', '--json'), 'merge-none');
  sameWords(await ov('merge', '--branch', 'nope', '--dry-run', '--json'), 'merge-dry-run-missing');
  sameWords(await ov('clean', '--json'), 'clean-noargs');
  same(await ov('statos', '--json'), 'unknown-command');
});

test('specs', async () => {
  same(await ov('spec', 'write', 'task-1', '--body', '# Spec\nexplore', '--json'), 'spec-write');
  same(
    await lab.ov(root, ['spec', 'write', 'task-2', '--json'], { input: 'from stdin' }),
    'spec-write-stdin',
  );
  sameWords(await ov('spec', 'write', 'task-3', '--json'), 'spec-write-empty');
  expect(readFileSync(join(root, '.overstory/specs/task-2.md'), 'utf8')).toBe('from stdin\n');
});

test('mail', async () => {
  const body = 'Ship `id` $(touch x); rm -rf \'x\'\nsecond "line"';
  same(
    await ov(
      'mail',
      'send',
      '--from',
      'operator',
      '--to',
      'lead-y',
      '--subject',
      's',
      '--body',
      body,
      '--json',
    ),
    'mail-send',
  );
  const eq = await ov('mail', 'send', '--to', 'lead-y', '--subject=s', '--body=--help -x', '--json');
  same(eq, 'mail-send-dashbody-eq');
  const gate = ['--type', 'decision_gate', '--payload', '{"options":["approve","reject"],"context":"plan"}'];
  same(
    await ov(
      'mail',
      'send',
      '--from',
      'lead-x',
      '--to',
      'coordinator',
      '--subject',
      'Plan',
      '--body',
      'choose',
      ...gate,
      '--json',
    ),
    'mail-send-decision-gate',
  );
  const listed = await ov('mail', 'list', '--type', 'decision_gate', '--unread', '--json');
  same(listed, 'mail-list-decision-gate');
  const all = (await ov('mail', 'list', '--json')).json.messages;
  expect(all.map((each: { body: string }) => each.body)).toEqual(['choose', '--help -x', body]);
  const { id } = listed.json.messages[0];
  expect((await ov('mail', 'read', id)).exit).toBe(0);
  expect((await ov('mail', 'read', id)).stdout.replace(id, 'ID')).toBe(
    recorded('mail-read-again').stdout.replace(/msg-\w+/, 'ID'),
  );
  same(await ov('mail', 'read', id, '--json'), 'mail-read-json-flag');
  sameWords(await ov('mail', 'read', 'msg-nope'), 'mail-read-missing');
  sameWords(await ov('mail', 'reply', 'msg-nope', '--body', 'x', '--json'), 'mail-reply-missing');
  await ov('mail', 'reply', id, '--from', 'operator', '--body', 'approve', '--json');
  const [reply] = (await ov('mail', 'list', '--to', 'lead-x', '--json')).json.messages;
  expect(reply).toMatchObject({ threadId: id, type: 'decision_gate', subject: 'Re: Plan', body: 'approve' });
  same(await ov('mail', 'check', '--agent', 'nobody', '--json'), 'mail-check-operator-empty');
});

test('a coordinator comes and works', async () => {
  same(await ov('coordinator', 'start', '--no-attach', '--json'), 'coordinator-start');
  sameWords(await ov('coordinator', 'start', '--no-attach', '--json'), 'coordinator-start-again');
  sameWords(
    await ov('coordinator', 'start', '--no-attach', '--accept-existing-watchdog', '--json'),
    'coordinator-start-after-tmux-death-accept',
  );
  same(await ov('status', '--json'), 'status-coordinator-running', ['worktrees']);
  same(
    await ov('coordinator', 'send', '--json', '--subject', 'objective', '--body', 'Ship "auth"'),
    'coordinator-send',
  );
  same(await ov('coordinator', 'ask', '--json', '--timeout', '30', '--body', 'status?'), 'coordinator-ask');
  same(await ov('coordinator', 'output', '--json', '--lines', '20'), 'coordinator-output');
  expect((await ov('coordinator', 'output')).stdout).toMatch(/❯[\s\S]*bypass permissions/);
  same(await ov('nudge', 'coordinator', 'wake up', '--json'), 'nudge-coordinator');
  same(await ov('run', '--json'), 'run-show');
});

test('workers slung from the shell', async () => {
  const skip = ['--skip-task-check', '--json'];
  sameWords(await ov('sling', 'task-1', '--capability', 'marketing', ...skip), 'sling-bad-capability');
  sameWords(await ov('sling', 'task-1', '--capability', 'reviewer', ...skip), 'sling-reviewer-no-parent');
  sameWords(
    await ov('sling', 'task-1', '--capability', 'scout', '--spec', 'nope.md', ...skip),
    'sling-spec-missing',
  );
  same(await ov('sling', 'task-7', '--no-headless', ...skip), 'sling-no-headless-flag');
  const scout = ['--capability', 'scout', '--name', 'scout-1', '--spec', '.overstory/specs/task-1.md'];
  const slung = await ov('sling', 'task-1', ...scout, ...skip);
  same(slung, 'sling-scout-headless');
  expect(slung.json.initialTurnFinalState).toBe('completed');
  same(
    await ov('sling', 'task-1b', '--capability', 'scout', '--name', 'scout-1', ...skip),
    'sling-name-in-use-or-completed',
  );
  sameWords(await ov('nudge', 'scout-1', 'hello', '--json'), 'nudge-worker');
  same(await ov('mail', 'list', '--to', 'coordinator', '--unread', '--json'), 'mail-list-after-workers', [
    'messages',
  ]);
  same(await ov('worktree', 'list', '--json'), 'worktree-list');
});

test('a coordinator goes', async () => {
  same(await ov('status', '--json'), 'status-worker-completed');
  same(await ov('agents', 'discover', '--all', '--json'), 'agents-discover-all');
  const running = (await ov('coordinator', 'status', '--json')).json;
  expect(Object.keys(running)).toEqual(
    Object.keys(jsonOf(recorded('coordinator-status-watchdog').stdout) as object),
  );
  same(await ov('coordinator', 'stop', '--json'), 'coordinator-stop');
  same(await ov('status', '--json'), 'status-after-stop', ['agents', 'worktrees', 'recentMetricsCount']);
  same(await ov('costs', '--json'), 'costs', ['sessions']);
  same(await ov('costs', '--live', '--json'), 'costs-live');
  same(await ov('errors', '--json'), 'errors', ['events']);
  same(await ov('worktree', 'clean', '--completed', '--json'), 'worktree-clean', ['cleaned']);
  same(await ov('clean', '--all', '--json'), 'clean-all');
});

test('broken databases say what SQLite says; status swallows the mail', async () => {
  const broken = await lab.product('prod-b');
  writeFileSync(
    join(broken, '.overstory/mail.db'),
    'this is no database, it is only text that is long enough',
  );
  expect((await lab.ov(broken, ['mail', 'list', '--json'])).json).toEqual({
    success: false,
    command: 'ov',
    error: 'file is not a database',
  });
  expect((await lab.ov(broken, ['status', '--json'])).json).toMatchObject({
    success: true,
    unreadMailCount: 0,
  });
  rmSync(join(broken, '.overstory/sessions.db'), { force: true });
  writeFileSync(
    join(broken, '.overstory/sessions.db'),
    'this is no database, it is only text that is long enough',
  );
  expect(await lab.ov(broken, ['status', '--json'])).toMatchObject({
    exit: 1,
    json: { error: 'file is not a database' },
  });
});

test('a branch in the queue: predicted, then really merged', async () => {
  const product = await lab.product('prod-c');
  const slung = await lab.ov(product, [
    'sling',
    't2',
    '--capability',
    'builder',
    '--name',
    'b1',
    '--skip-task-check',
    '--json',
  ]);
  const branch = slung.json.branch;
  const single = await lab.ov(product, ['merge', '--branch', branch, '--dry-run', '--json']);
  expect(single.json).toMatchObject({
    branchName: branch,
    filesModified: ['ov-sim/b1.md'],
    status: 'pending',
  });
  const all = await lab.ov(product, ['merge', '--all', '--dry-run', '--json']);
  expect(all.json.entries).toHaveLength(1);
  expect((await lab.ov(product, ['merge', '--branch', branch, '--json'])).json).toMatchObject({
    tier: 'clean-merge',
    errorMessage: null,
  });
  expect(readFileSync(join(product, 'ov-sim/b1.md'), 'utf8')).toContain('t2');
  expect((await lab.ov(product, ['merge', '--all', '--dry-run', '--json'])).json).toMatchObject({
    results: [],
    count: 0,
  });
});

test('a worker slung for the operator, without a coordinator', async () => {
  const product = await lab.product('prod-direct');
  writeFileSync(join(product, '.overstory/specs/obj-7.md'), 'Ask. ov-sim:question');
  writeFileSync(join(product, '.overstory/specs/plain.md'), 'Do it.');
  const sling = (name: string, capability: string, spec: string, ...more: string[]) =>
    lab.ov(product, [
      'sling',
      'obj-7',
      ...['--capability', capability, '--name', name, '--skip-task-check', '--json'],
      ...[`--spec=.overstory/specs/${spec}.md`, '--parent', 'operator', '--depth', '1', ...more],
    ]);
  same(await sling('scout-obj-7-1', 'scout', 'plain'), 'sling-direct-scout');
  const built = await sling('builder-obj-7-2', 'builder', 'plain');
  same(built, 'sling-direct-builder');
  const asked = await sling('ask-obj-7-3', 'builder', 'obj-7');
  same(asked, 'sling-direct-question');
  expect(asked.stderr.trim()).toBe(recorded('sling-direct-question').stderr.trim());
  same(
    await sling('scout-obj-7-3-2', 'scout', 'plain', '--base-branch', asked.json.branch),
    'sling-direct-base',
  );
  same(await sling('ask-obj-7-3', 'builder', 'plain'), 'sling-direct-name-taken');
  same(await lab.ov(product, ['status', '--json', '--agent', 'operator']), 'status-direct', ['tmuxSessions']);
  const mail = await lab.ov(product, ['mail', 'list', '--json', '--to', 'operator', '--unread']);
  same(mail, 'mail-list-direct', ['messages']);
  const died = (messages: { type: string; from: string; subject: string; payload: string | null }[]) =>
    messages
      .filter(({ type }) => type === 'worker_died')
      .map(({ from, subject, payload }) => ({ from, subject, keys: Object.keys(JSON.parse(payload ?? '')) }));
  const real = JSON.parse(recorded('mail-list-direct').stdout);
  expect(died(mail.json.messages)).toEqual(died(real.messages));
});
