// The life behind the CLI: objectives from dispatch to merge, plans that wait, and every way to die.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { dispatchText } from '../../src/overstory/dispatch.ts';
import { type Lab, openLab, processesIn, until } from './ov.ts';

let lab: Lab;
let root: string;
let number = 0;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await lab.product(`prod-${++number}`);
});
afterEach(async () => {
  await ov('coordinator', 'stop', '--json');
});

const ov = (...words: string[]) => lab.ov(root, words);
/** @param speed the lab's own unless given: an objective takes about 1 s */
const start = (speed?: number) =>
  lab.ov(
    root,
    ['coordinator', 'start', '--no-attach', '--json'],
    speed === undefined ? {} : { env: { OV_SIM_SPEED: String(speed) } },
  );
/** Slow enough that a busy machine looks while the turn still lasts: 8 s and more. */
const unhurried = 1;
const send = (subject: string, body: string) =>
  ov('coordinator', 'send', '--json', `--subject=${subject}`, `--body=${body}`);
const status = async () => (await ov('status', '--json')).json;
const inbox = async (): Promise<
  { id: string; from: string; subject: string; body: string; type: string; threadId: string }[]
> => (await ov('mail', 'list', '--to', 'operator', '--json')).json.messages;
const mailed = (type: string) => until(inbox, (mails) => mails.some((mail) => mail.type === type));
const faults = (list: object[]) => {
  execFileSync('mkdir', ['-p', join(root, '.overstory/sim')]);
  writeFileSync(join(root, '.overstory/sim/faults.json'), JSON.stringify(list));
};
/** Workers that are still there when the test looks. */
const endless = { command: 'worker', kind: 'endless' };
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, env: { ...process.env, ...lab.env }, encoding: 'utf8' });
const dispatch = (text: string, planApproval: 'required' | 'none' = 'none') => {
  const { subject, body } = dispatchText({
    objectiveId: 'obj-3',
    messageNumber: 1,
    text,
    acceptance: null,
    source: { via: 'test', sender: null },
    workerBudget: null,
    planApproval,
  });
  return send(subject, body);
};

/** A coordinator, its lead and two workers, none of whom ends by itself. */
async function allAtWork() {
  faults([endless]);
  await start();
  await dispatch('Ship it');
  await until(status, ({ agents }) => agents.length === 4);
  // A worker's row is there a little before its process is.
  await until(
    () => processesIn(root),
    (pids) => pids.length >= 4,
  );
}

test('an objective is built by real workers, merged and reported', async () => {
  await start(unhurried);
  expect((await dispatch('Ship the auth feature')).json.nudged).toBe(true);
  const busy = await until(status, ({ agents }) => agents.length === 4);
  const parents = busy.agents.map((each: { agentName: string; parentAgent: string }) => [
    each.agentName,
    each.parentAgent,
  ]);
  expect(Object.fromEntries(parents)).toEqual({
    coordinator: null,
    'lead-obj-3': 'coordinator',
    'builder-obj-3-a': 'lead-obj-3',
    'builder-obj-3-b': 'lead-obj-3',
  });
  expect(busy.worktrees).toHaveLength(4);
  expect((await ov('coordinator', 'output')).stdout).toContain('esc to interrupt');
  const mails = await mailed('result');
  const report = mails.find((mail) => mail.type === 'result');
  expect(report?.subject).toBe('Run complete: [obj-3] Ship the auth feature');
  expect(report?.body).toMatch(
    /lead-obj-3, builder-obj-3-[ab], builder-obj-3-[ab][\s\S]*overstory\/lead-obj-3\/obj-3/,
  );
  expect(git('ls-files', 'ov-sim').trim().split('\n')).toHaveLength(2);
  const after = await until(status, ({ agents }) =>
    agents.slice(1).every((each: { state: string }) => each.state === 'completed'),
  );
  expect(after.worktrees).toHaveLength(1);
  await until(
    () => ov('coordinator', 'output'),
    ({ stdout }) => !stdout.includes('esc to interrupt'),
  );
});

test('a scout changes nothing and reports what it found', async () => {
  await start();
  await dispatch('Run a scout to explore the codebase structure');
  const mails = await mailed('result');
  expect(mails.find((mail) => mail.type === 'result')?.body).toMatch(
    /nothing to merge[\s\S]*scout-obj-3-a: \d+ tracked files/,
  );
});

test('a plan waits for the operator; a rejection brings a revised one, an approval the work', async () => {
  await start();
  await dispatch('Ship it', 'required');
  const [plan] = (await mailed('question')).filter((mail) => mail.type === 'question');
  expect(plan?.subject).toBe('PLAN [obj-3] Ship it');
  expect((await status()).agents).toHaveLength(1);
  const stamp = "[from the fleet's model, not a human; approves nothing]";
  await send('[obj-3.2] go', `${stamp}\nI approve the plan.`);
  await until(inbox, (mails) => mails.some((mail) => mail.body.startsWith('I wait for the operator')));
  await send('[obj-3.3] answer', 'Rejected: use the existing login page.');
  const revised = await until(inbox, (mails) => mails.some((mail) => mail.subject.includes('revision 2')));
  const second = revised.find((mail) => mail.subject.includes('revision 2'));
  expect(second?.body).toContain('use the existing login page');
  // A reply is only mail: nothing wakes the coordinator until it is nudged.
  await ov('mail', 'reply', second?.id ?? '', '--from=operator', '--body=approve', '--json');
  const unread = async () =>
    (await ov('mail', 'list', '--to=coordinator', '--unread', '--json')).json.messages.length;
  expect(await unread()).toBe(1);
  await ov('nudge', 'coordinator', 'mail', '--json');
  await until(unread, (count) => count === 0);
  await mailed('result');
});

test('a status request gets the fixed reply in its thread', async () => {
  await start();
  const asked = (await ov('coordinator', 'ask', '--json', '--body=status?')).json;
  expect(asked.body).toBe(
    'Active leads: none\nCompleted: none\nBlockers: none\nNext actions: waiting for objective',
  );
  expect((await inbox())[0]?.threadId).toBe(asked.sentId);
});

test('a dispatch that was not typed is not read until a nudge', async () => {
  await start();
  faults([{ command: 'coordinator send', kind: 'not-nudged', times: 1 }]);
  const sent = (await dispatch('Ship it')).json;
  expect(sent).toMatchObject({ success: true, nudged: false });
  expect((await ov('mail', 'list', '--to=coordinator', '--unread', '--json')).json.messages).toHaveLength(1);
  await ov('nudge', 'coordinator', 'mail', '--json');
  await mailed('result');
});

test('stop ends every process of the session and leaves the worktrees', async () => {
  await allAtWork();
  expect(processesIn(root).length).toBeGreaterThanOrEqual(4);
  expect((await ov('coordinator', 'stop', '--json')).json).toMatchObject({
    stopped: true,
    runCompleted: true,
  });
  await until(
    () => processesIn(root),
    (pids) => pids.length === 0,
  );
  expect((await status()).worktrees).toHaveLength(4);
});

test('what comes in the middle of a turn is marked read and never heard, until a prompt names it', async () => {
  await start(unhurried);
  await dispatch('Ship it');
  await until(status, ({ agents }) => agents.length === 4);
  const sent = (await ov('coordinator', 'send', '--json', '--subject=[obj-3.2] word', '--body=status?')).json;
  expect(sent).toMatchObject({ success: true, nudged: false });
  const unread = async () =>
    (await ov('mail', 'list', '--to=coordinator', '--from=operator', '--unread', '--json')).json.messages
      .length;
  await until(unread, (count) => count === 0);
  await mailed('result');
  const answered = async () => (await inbox()).some((mail) => mail.threadId === sent.id);
  const idle = () => ov('coordinator', 'output');
  await until(idle, ({ stdout }) => !stdout.includes('esc to interrupt'));
  await ov('nudge', 'coordinator', 'anything new', '--json');
  expect(await answered()).toBe(false);
  await ov('nudge', 'coordinator', `read ${sent.id}: ov mail list --from operator`, '--json');
  await until(answered, (found) => found);
});

test('a coordinator that dies silently is a zombie with its run still active; its workers live on', async () => {
  await allAtWork();
  faults([endless, { command: 'coordinator', kind: 'die', times: 1 }]);
  const dead = await until(status, ({ agents }) => agents[0].state === 'zombie');
  expect(dead.currentRunId).toMatch(/^run-/);
  expect((await ov('run', '--json')).json.run.status).toBe('active');
  expect((await status()).agents[0].tmuxSession).toBe('');
  expect(processesIn(root).length).toBeGreaterThan(0);
  expect((await ov('coordinator', 'send', '--json', '--body=x')).json.error).toBe(
    'No active coordinator session found',
  );
});

test('dead after more than five silent minutes it counts as completed, and the run stays active', async () => {
  await start();
  const db = new DatabaseSync(join(root, '.overstory/sessions.db'));
  db.prepare('UPDATE sessions SET last_activity = ?').run(new Date(Date.now() - 301_000).toISOString());
  db.close();
  faults([{ command: 'coordinator', kind: 'die', times: 1 }]);
  const dead = await until(status, ({ agents }) => agents[0].state !== 'working');
  expect(dead.agents[0].state).toBe('completed');
  expect(dead.currentRunId).toMatch(/^run-/);
});

test('a crashed worker leaves its row at work and no process; the coordinator reports the failure', async () => {
  faults([{ command: 'worker', kind: 'crash', times: 1 }]);
  await start();
  await dispatch('Ship it');
  const mails = await mailed('error');
  expect(mails[0]?.subject).toBe('[obj-3] Objective failed: Ship it');
  const states = (await status()).agents.filter(
    (each: { capability: string }) => each.capability === 'builder',
  );
  expect(states.map((each: { state: string }) => each.state).sort()).toEqual(['completed', 'working']);
  expect((await ov('errors', '--json')).json.events[0].level).toBe('error');
});

test('a leaking worker is completed while a process of it stays, even after stop', async () => {
  faults([{ command: 'worker', kind: 'leak', times: 1 }]);
  await start();
  await dispatch('Ship it');
  await mailed('result');
  await ov('coordinator', 'stop', '--json');
  const leaked = await until(
    () => processesIn('__leak'),
    (pids) => pids.length > 0,
  );
  expect(readFileSync(`/proc/${leaked[0]}/cmdline`, 'utf8')).toContain(lab.folder);
  for (const pid of leaked) process.kill(pid, 'SIGKILL');
});

test('a logged-out coordinator says so in its pane only, and answers nothing', async () => {
  faults([{ command: 'coordinator', kind: 'logged-out', times: 1 }]);
  await start();
  await until(
    () => ov('coordinator', 'output'),
    ({ stdout }) => stdout.includes('Please run /login'),
  );
  await dispatch('Ship it');
  expect((await status()).agents[0].state).toBe('working');
  expect(await inbox()).toEqual([]);
});

test('faults strike a command as often as asked, exactly, under parallel calls', async () => {
  faults([{ command: 'status', kind: 'fail', text: 'db-locked', times: 3 }]);
  const replies = await Promise.all(Array.from({ length: 6 }, () => ov('status', '--json')));
  expect(replies.filter((reply) => reply.json.error === 'database is locked')).toHaveLength(3);
  faults([{ command: 'mail list', kind: 'garbage' }]);
  const garbage = await ov('mail', 'list', '--json');
  expect(garbage).toMatchObject({ exit: 0, json: undefined });
  faults([{ command: 'status', kind: 'huge', bytes: 3_000_000 }]);
  expect((await ov('status', '--json')).stdout.length).toBeGreaterThan(3_000_000);
  faults([{ command: '*', kind: 'slow', ms: 300, times: 1 }]);
  const since = Date.now();
  expect((await ov('status', '--json')).json.success).toBe(true);
  expect(Date.now() - since).toBeGreaterThanOrEqual(300);
});

test('a start that crashes after its effect leaves a running coordinator behind exit 1', async () => {
  faults([{ command: 'coordinator start', kind: 'crash-after', text: 'db-readonly', times: 1 }]);
  expect(await start()).toMatchObject({ exit: 1, json: { error: 'attempt to write a readonly database' } });
  expect((await status()).agents[0].state).toBe('working');
});

test('a stop that loses the tmux server leaves state and run as they were', async () => {
  await start();
  faults([{ command: 'coordinator stop', kind: 'server-exited', times: 1 }]);
  expect((await ov('coordinator', 'stop', '--json')).json.error).toMatch(
    /^Failed to kill tmux session .*server exited unexpectedly$/,
  );
  const dead = await until(status, ({ agents }) => agents[0].state === 'zombie');
  expect(dead.currentRunId).toMatch(/^run-/);
});

test('serve answers from the books and reconciles nothing', async () => {
  await start();
  const server = execa(process.execPath, [join(lab.folder, 'ov-sim.cjs'), 'serve', '--port', '0', '--json'], {
    cwd: root,
    env: lab.env,
    reject: false,
  });
  const first = await new Promise<string>((done) =>
    server.stdout.once('data', (chunk) => done(String(chunk))),
  );
  const { success, status: state, url } = JSON.parse(first);
  expect({ success, state }).toEqual({ success: true, state: 'started' });
  const get = async (path: string) =>
    (await fetch(url + path)).json() as Promise<{ data: Record<string, unknown> }>;
  expect((await get('/healthz')).data).toMatchObject({ status: 'ok', version: '0.10.3' });
  expect((await get('/api/agents')).data).toHaveLength(1);
  expect((await get('/api/runs')).data).toHaveLength(1);
  expect((await get('/api/mail?to=operator&unread=true')).data).toEqual([]);
  const before = await get('/api/coordinator/state');
  expect(before.data).toMatchObject({ running: true, headless: false, tmuxSession: expect.any(String) });
  process.kill(Number(before.data.pid), 'SIGKILL');
  await until(
    () => processesIn('__coordinator').filter((pid) => pid === before.data.pid),
    (left) => left.length === 0,
  );
  expect((await get('/api/coordinator/state')).data.running).toBe(true);
  await status();
  expect((await get('/api/coordinator/state')).data).toMatchObject({
    running: false,
    pid: null,
    runId: null,
  });
  expect((await fetch(`${url}/api/status`)).status).toBe(404);
  expect((await fetch(`${url}/api/coordinator/send`, { method: 'POST' })).status).toBe(409);
  server.kill();
  await server;
});
