// A human's folder before and after twenty sessions of all kinds, each of which ends as it may: done, stopped, paused,
// failed; and with fleetd, the agent, the publisher, the coordinator, its workers or all of it killed. It is in use all
// the while: dirty, something staged, something stashed, a worktree beside it. Files, modes, times, index, refs outside of
// `fleet/`, stash, reflogs, worktrees, hooks, configuration and objects are hashed after each. What is done comes as a branch.
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { type Ground, ground, type Running } from '../recovery/processes.ts';
import { processesIn, until } from '../simulator/ov.ts';
import { commit, fingerprint, git, kinds, objects } from './kinds.ts';

const name = 'lived-in';
const by = { source: { via: 'cli', sender: 'tester', thread: null }, reason: null } as const;
let projects: string;
let source: string;
let root: string;
let on: Ground;
let up: Running;
let was: { files: string[]; beside: string[]; held: Map<string, string> };

const hashed = async () => ({
  files: await fingerprint(source),
  beside: await fingerprint(join(projects, 'lived-in-beside')),
  held: await objects(source),
});

beforeAll(async () => {
  projects = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-projects-')));
  source = await (kinds['one that is lived in'] as (at: string) => Promise<string>)(projects);
  was = await hashed();
  on = await ground([name], {
    projects,
    sim: { OV_SIM_SPEED: '12', OV_SIM_POLL_MS: '30' },
    tuning: {
      sweepLiveMs: 300,
      screenEveryMs: 200,
      screenConfirmMs: 500,
      stopGraceMs: 500,
      pauseWordMs: 1_000,
      lookAgainMs: 50,
      startRetryMs: [],
      startPacingMs: 0,
      sendDoubtMs: 2_000,
      breakerFailures: 1_000,
    },
  });
  root = join(realpathSync(on.lab.folder), name);
  up = await on.fleetd();
});
afterAll(async () => {
  await on?.[Symbol.asyncDispose]();
  rmSync(projects, { recursive: true, force: true });
});

const objective = (id: string): Promise<ObjectiveView> => up.client.objective(id);
const isIn = (id: string, ...states: string[]) =>
  until(
    () => objective(id),
    ({ state }) => states.includes(state),
  );
/** It has workers of its own, and so work that a crash can catch in the middle. */
const atWork = (id: string) =>
  until(
    async () => {
      const { state } = await objective(id);
      const workers = (await up.client.status()).products[0]?.workers ?? [];
      return { state, names: workers.filter((one) => one.state === 'working').map((one) => one.name) };
    },
    ({ state, names }) => state === 'done' || names.some((one) => one.includes(id)),
  );
/** Processes below this one whose argv has the words. */
function below(pid: number, words: string): number[] {
  const text = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  return text(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .map(Number)
    .filter((child) => child > 0 && text(`/proc/${child}/cmdline`).includes(words));
}
function kill(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
}
const tmux = (...args: string[]) =>
  execa('tmux', ['-L', 'overstory', ...args], { env: on.lab.env, reject: false });
const killFleetd = async () => {
  await up.end('SIGKILL');
  up = await on.fleetd();
};

interface Session {
  text?: string;
  fault?: Fault;
  /** what happens to it; left out: nothing */
  meets?(id: string): Promise<unknown>;
  ends: string;
}

const sessions: Record<string, Session> = {
  'is done': { ends: 'done' },
  'looks around and makes nothing': { text: 'explore the code', ends: 'done' },
  'is paused at work and goes on': {
    async meets(id) {
      await atWork(id);
      await up.client.pause(name, by);
      await isIn(id, 'queued', 'done');
      await up.client.resume(name, { source: by.source });
    },
    ends: 'done',
  },
  'is paused and then cancelled': {
    async meets(id) {
      await atWork(id);
      await up.client.pause(name, by);
      await isIn(id, 'queued');
      await up.client.cancel(id, by);
      await up.client.resume(name, { source: by.source });
    },
    fault: { command: 'worker', kind: 'endless' },
    ends: 'cancelled',
  },
  'is stopped as it starts': {
    async meets(id) {
      await isIn(id, 'starting', 'running');
      await up.client.stop(name, by);
    },
    ends: 'cancelled',
  },
  'is stopped at work': {
    async meets(id) {
      await atWork(id);
      await up.client.stop(name, by);
    },
    fault: { command: 'worker', kind: 'endless' },
    ends: 'cancelled',
  },
  'is stopped where `ov` says nothing': {
    async meets(id) {
      await atWork(id);
      await up.client.stop(name, by);
    },
    fault: { command: 'coordinator stop', kind: 'garbage' },
    ends: 'cancelled',
  },
  'loses fleetd as it starts': {
    async meets(id) {
      await isIn(id, 'starting');
      await killFleetd();
    },
    ends: 'done',
  },
  'loses fleetd at work': {
    async meets(id) {
      await atWork(id);
      await killFleetd();
    },
    ends: 'done',
  },
  'loses fleetd as it is stopped': {
    async meets(id) {
      await atWork(id);
      await up.client.stop(name, by);
      await killFleetd();
    },
    fault: { command: 'worker', kind: 'endless' },
    ends: 'cancelled',
  },
  'loses fleetd as its branch is published': {
    async meets() {
      await until(
        () => below(up.pid, 'publisher.js'),
        (found) => found.length > 0,
      );
      await killFleetd();
    },
    ends: 'done',
  },
  'loses the publisher as it takes the branch': {
    async meets() {
      const found = await until(
        () => below(up.pid, 'publisher.js'),
        (pids) => pids.length > 0,
      );
      kill(found);
    },
    ends: 'done',
  },
  'loses the agent at work': {
    async meets(id) {
      await atWork(id);
      kill(below(up.pid, 'agent.js'));
    },
    ends: 'done',
  },
  'is done on a fleetd that was ended in order meanwhile': {
    async meets(id) {
      await atWork(id);
      await up.end('SIGTERM');
      up = await on.fleetd();
    },
    ends: 'done',
  },
  'has its coordinator killed': {
    fault: { command: 'coordinator', kind: 'die', ms: 300, times: 1 },
    ends: 'failed',
  },
  'has all of its processes killed': {
    async meets(id) {
      await atWork(id);
      await tmux('kill-session', '-t', `=overstory-${name}-coordinator`);
      kill(processesIn(root));
    },
    fault: { command: 'worker', kind: 'endless' },
    ends: 'failed',
  },
  'has the tmux server killed': {
    async meets(id) {
      await atWork(id);
      await tmux('kill-server');
    },
    fault: { command: 'worker', kind: 'endless' },
    ends: 'failed',
  },
  'dies as it starts': {
    fault: { command: 'coordinator start', kind: 'fail', text: 'died-during-startup' },
    ends: 'failed',
  },
  'is up although its start failed': {
    fault: { command: 'coordinator start', kind: 'crash-after', text: 'no-pid', times: 1 },
    ends: 'done',
  },
  'is logged out': { fault: { command: 'coordinator', kind: 'logged-out' }, ends: 'failed' },
  'finds a branch of its name that is not its own': {
    async meets(id) {
      await git(source, '-c', 'core.hooksPath=/dev/null', 'branch', `fleet/${id}`, 'idea');
    },
    ends: 'done',
  },
};

const done: string[] = [];

describe('a folder that is lived in is as it was, to the byte, after a session that', {
  timeout: 240_000,
}, () => {
  it.each(Object.entries(sessions))('%s', async (title, { text = 'ship it', fault, meets, ends }) => {
    const faults = join(root, '.overstory', 'sim');
    rmSync(faults, { recursive: true, force: true });
    await mkdir(faults, { recursive: true });
    await writeFile(join(faults, 'faults.json'), JSON.stringify(fault ? [{ ...fault, id: title }] : []));
    const asked = { product: name, text, acceptance: null, needs: [], source: by.source };
    const { id } = await up.client.start(asked);
    await meets?.(id);
    const { state } = await isIn(id, 'done', 'failed', 'cancelled');
    if (state === 'done' && text === 'ship it') done.push(`fleet/${id}`);
    const { held, ...now } = await hashed();
    const { held: heldBefore, ...before } = was;
    expect(now).toEqual(before);
    // New ones come with a branch; each that was there is there, and the same.
    expect([...heldBefore].filter(([path, digest]) => held.get(path) !== digest)).toEqual([]);
    expect(state).toBe(ends);
  });
});

it('each that was done is a branch there, and nothing else is', async () => {
  expect(Object.keys(sessions).length).toBeGreaterThanOrEqual(20);
  const branches = await git(source, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/fleet');
  expect(branches.split('\n').sort()).toEqual(done.toSorted());
  const idea = await git(source, 'rev-parse', 'idea');
  for (const branch of done) {
    const commits = await git(source, 'log', '--format=%s', `main..${branch}`);
    // One was the human's own, and stayed theirs.
    if ((await git(source, 'rev-parse', branch)) === idea) expect(branch).toBe(done.at(-1));
    else expect(commits).toContain("Merge branch 'overstory/");
  }
  await git(source, 'fsck', '--no-progress', '--connectivity-only');
});

it('what any git of a human’s would do is seen', async () => {
  const { held: _, ...before } = was;
  await git(source, 'stash', 'list');
  expect(await hashed()).toMatchObject(before);
  await git(source, 'update-index', '--refresh', '-q').catch(() => '');
  await commit(source, 'new.txt', 'x\n');
  expect((await hashed()).files).not.toEqual(before.files);
  expect(readdirSync(join(source, '.git', 'hooks')).join()).toContain('pre-commit.ran');
});
