// A new agent answers from the look of the one before, and starts no `ov`: but never where something is another than it was.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ProductSnapshot } from '../../src/contract/runtime/snapshot.ts';
import { connectRuntime, localChannel } from '../../src/runtime/index.ts';
import { MailStore } from '../../src/simulator/stores/mail.ts';
import { type AgentSession, SessionStore } from '../../src/simulator/stores/sessions.ts';
import { type Lab, openLab } from '../simulator/ov.ts';
import { agentFile } from './workspace.ts';

let lab: Lab;
let calls: string;

/** What somebody does to a product while no agent runs. */
const changes: Record<string, (root: string) => unknown> = {
  'mail-sent': (root) => send(root, 'while nobody looked'),
  'mail-read': (root) => sql(root, 'mail.db', 'UPDATE messages SET read = 1'),
  'mail-sent-and-left-in-the-wal'(root) {
    // Copied as a crash leaves it: the database is as it was, and what came is in its -wal alone.
    const database = new DatabaseSync(join(root, '.overstory/mail.db'));
    database.exec(`PRAGMA journal_mode=WAL; UPDATE messages SET subject = 'from the wal'`);
    cpSync(join(root, '.overstory/mail.db-wal'), join(root, 'wal'));
    database.close();
    renameSync(join(root, 'wal'), join(root, '.overstory/mail.db-wal'));
  },
  'row-changed-with-the-time-set-back'(root) {
    const file = join(root, '.overstory/mail.db');
    // To the nanosecond, as no Date holds it.
    execFileSync('touch', ['-r', file, `${root}.time`]);
    const { mtimeNs, size } = statSync(file, { bigint: true });
    sql(root, 'mail.db', `UPDATE messages SET subject = 'SECOND'`);
    execFileSync('touch', ['-r', `${root}.time`, file]);
    expect(statSync(file, { bigint: true })).toMatchObject({ mtimeNs, size });
  },
  'coordinator-started': (root) => lab.ov(root, ['coordinator', 'start', '--json']),
  'worker-at-work': (root) => put(root, 'scout-2', 'working'),
  'run-forgotten': (root) => rmSync(join(root, '.overstory/current-run.txt'), { force: true }),
  'project-renamed'(root) {
    const file = join(root, '.overstory/config.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/name: .*/, 'name: another'));
  },
  'worktree-made': (root) =>
    git(root, 'worktree', 'add', '-q', '-b', 'overstory/more', '.overstory/worktrees/more'),
  'worktree-removed': (root) => git(root, 'worktree', 'remove', '--force', '.overstory/worktrees/scout-1'),
  'worktree-committed-to': (root) =>
    git(join(root, '.overstory/worktrees/scout-1'), 'commit', '-q', '--allow-empty', '-m', 'more'),
  'branch-moved': (root) => git(root, 'update-ref', 'refs/heads/overstory/scout-1', commitOf(root)),
  'branch-moved-and-packed'(root) {
    git(root, 'update-ref', 'refs/heads/overstory/scout-1', commitOf(root));
    git(root, 'pack-refs', '--all');
  },
  'worktree-detached': (root) =>
    git(join(root, '.overstory/worktrees/scout-1'), 'checkout', '-q', '--detach', commitOf(root)),
  'mail-broken': (root) => writeFileSync(join(root, '.overstory/mail.db'), 'no database'),
  'overstory-gone': (root) => rmSync(join(root, '.overstory'), { recursive: true }),
  'folder-gone': (root) => rmSync(root, { recursive: true }),
  'folder-of-another'(root) {
    renameSync(root, `${root}-away`);
    cpSync(`${root}-away`, root, { recursive: true, preserveTimestamps: true });
    sql(root, 'mail.db', `UPDATE messages SET subject = 'THIRD'`);
  },
};
const names = ['untouched', ...Object.keys(changes)];

const rootOf = (name: string) => join(lab.folder, name);
const keptOf = (name: string) => join(lab.folder, '.fleet/looks', `${name}.json`);
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, env: { ...process.env, ...lab.env }, encoding: 'utf8' });
const commitOf = (root: string) =>
  git(root, 'commit-tree', '-p', 'HEAD', '-m', 'by hand', 'HEAD^{tree}').trim();
function send(root: string, subject: string): void {
  using mail = new MailStore(root);
  mail.send({ from: 'coordinator', to: 'operator', subject, body: 'text' });
}
function sql(root: string, file: string, text: string): void {
  const database = new DatabaseSync(join(root, '.overstory', file));
  database.exec(text);
  database.close();
}
function put(root: string, agentName: string, state: AgentSession['state']): void {
  using sessions = new SessionStore(root);
  sessions.put({
    id: `session-${agentName}`,
    agentName,
    capability: 'scout',
    worktreePath: join(root, '.overstory/worktrees', agentName),
    branchName: `overstory/${agentName}`,
    taskId: 'task-1',
    tmuxSession: '',
    state,
    pid: null,
    parentAgent: null,
    depth: 1,
    runId: null,
    startedAt: new Date().toISOString(),
    lastActivity: new Date().toISOString(),
    escalationLevel: 0,
    stalledSince: null,
    transcriptPath: null,
  });
}

beforeAll(async () => {
  lab = await openLab();
  calls = join(lab.folder, 'calls.log');
  const bin = join(lab.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(calls, '');
  writeFileSync(
    join(bin, 'ov'),
    `#!/bin/sh\necho "\${PWD##*/} $*" >> '${calls}'\nexec '${process.execPath}' '${join(lab.folder, 'ov-sim.cjs')}' "$@"\n`,
  );
  chmodSync(join(bin, 'ov'), 0o755);
  for (const name of names) {
    const root = await lab.product(name);
    git(root, 'worktree', 'add', '-q', '-b', 'overstory/scout-1', '.overstory/worktrees/scout-1');
    writeFileSync(join(root, '.overstory/current-run.txt'), 'run-1');
    put(root, 'scout-1', 'completed');
    send(root, 'FIRST.');
    // The first that a product sees makes what it reads.
    await lab.ov(root, ['status', '--json']);
  }
});
afterAll(() => lab?.[Symbol.asyncDispose]());

/** By a new agent, which ends after it; with what it started in each product. */
async function look(fresh: boolean, of = names) {
  const runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      cwd: lab.folder,
      env: {
        ...process.env,
        ...lab.env,
        PATH: `${join(lab.folder, 'bin')}:${process.env.PATH}`,
        FLEET_WORKSPACE: lab.folder,
      },
    }),
  });
  try {
    await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 20_000);
    writeFileSync(calls, '');
    const found = await runtime.snapshot(
      of.map((name) => ({ name, root: rootOf(name) })),
      { fresh },
    );
    const started = readFileSync(calls, 'utf8').split('\n').slice(0, -1);
    return { of: Object.fromEntries(found.map((one) => [one.product, seen(one)])), started };
  } finally {
    await runtime.close();
  }
}
/** What it shows: not when it was taken, nor how often its disk was counted. */
const seen = ({ observedAtMs, diskBytes, ...rest }: ProductSnapshot) => rest;
const looks = (started: string[], name: string) =>
  started.filter((line) => line.startsWith(`${name} status`)).length;

test('nothing is started for what is as it was, and all of it is told', async () => {
  const first = await look(false);
  for (const name of names) expect(looks(first.started, name), name).toBe(1);
  expect(first.of.untouched).toMatchObject({
    health: 'ok',
    workers: [{ name: 'scout-1', state: 'completed' }],
    operatorMail: [{ subject: 'FIRST.' }],
    worktrees: [{ branch: 'overstory/scout-1' }],
  });
  const again = await look(false);
  expect(again.started).toEqual([]);
  expect(again.of).toEqual(first.of);
  // A look that is to be fresh is one.
  expect((await look(true, ['untouched'])).started).toHaveLength(2);
});

test('whatever was changed while no agent ran is seen', async () => {
  const before = (await look(false)).of;
  for (const [name, change] of Object.entries(changes)) await change(rootOf(name));
  const after = await look(false);
  const truth = (await look(true)).of;
  for (const name of Object.keys(changes)) {
    expect(after.of[name], name).toEqual(truth[name]);
    expect(after.of[name], `${name} is a change`).not.toEqual(before[name]);
  }
  expect(after.of.untouched).toEqual(before.untouched);
  expect(looks(after.started, 'untouched')).toBe(0);
});

test('what is not at rest is looked at by each agent', async () => {
  for (const name of ['coordinator-started', 'worker-at-work'])
    expect(looks((await look(false)).started, name), name).toBe(1);
});

test('a kept look that is no such look, or of another product, is none', async () => {
  const whole = readFileSync(keptOf('untouched'), 'utf8');
  for (const text of ['', '{}', whole.slice(0, -20), readFileSync(keptOf('mail-sent'), 'utf8')]) {
    writeFileSync(keptOf('untouched'), text);
    const { of, started } = await look(false, ['untouched']);
    expect(looks(started, 'untouched')).toBe(1);
    expect(of.untouched).toMatchObject({ operatorMail: [{ subject: 'FIRST.' }] });
  }
  expect(existsSync(keptOf('untouched'))).toBe(true);
});

test('another version of ov is asked', async () => {
  const wrapper = join(lab.folder, 'bin/ov');
  expect((await look(false, ['untouched'])).started).toEqual([]);
  const newer = `case "$1" in --version) echo '{"name":"@os-eco/overstory-cli","version":"0.11.0"}'; exit;; esac\nexec `;
  writeFileSync(wrapper, readFileSync(wrapper, 'utf8').replace('exec ', newer));
  expect(looks((await look(false, ['untouched'])).started, 'untouched')).toBe(1);
});
