// The agent's `prepare`, on real repositories, real tmux and the simulator.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withFleetSettings } from '../../src/overstory/local-config.ts';
import { workerModels } from '../../src/overstory/models.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { until } from '../simulator/ov.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

let sim: SimOv;
let runtime: Runtime;
beforeAll(async () => {
  sim = await openSimOv();
  runtime = await sim.connect();
});
afterAll(() => sim?.[Symbol.asyncDispose]());

async function product(name: string, options?: { init?: boolean }) {
  return { name, root: await sim.lab.product(name, options) };
}
const prepare = (ref: { name: string; root: string }, maxWorkers: number | null = null) =>
  runtime.maintain(ref, { kind: 'prepare', maxWorkers });

describe('prepare', () => {
  it('finds a sound product sound the second time', async () => {
    const ref = await product('sound');
    expect((await prepare(ref)).done).toEqual(['set limits in config.local.yaml']);
    expect((await prepare(ref)).done).toEqual([]);
  });

  it('refuses a product without .overstory, and one without a commit', async () => {
    await expect(prepare(await product('bare', { init: false }))).rejects.toMatchObject({
      code: 'OV_NOT_INITIALISED',
    });
    const unborn = await product('unborn');
    rmSync(join(unborn.root, '.git'), { recursive: true });
    execFileSync('git', ['init', '--quiet'], { cwd: unborn.root });
    await expect(prepare(unborn)).rejects.toMatchObject({ code: 'OV_NO_COMMIT' });
  });

  it('refuses a linked worktree, in whose main checkout overstory would work', async () => {
    const main = await product('main-one');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: main.root });
    git('add', '-f', '.overstory/config.yaml');
    git(
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@localhost',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'scaffold',
    );
    git('worktree', 'add', '--quiet', join(sim.folder, 'next-one'), '-b', 'next');
    const next = { name: 'next-one', root: join(sim.folder, 'next-one') };
    writeFileSync(join(next.root, '.overstory/config.yaml'), 'project:\n  name: next-one\n');
    await expect(prepare(next)).rejects.toMatchObject({
      code: 'PRODUCT_IS_WORKTREE',
      mend: expect.stringContaining(main.root),
    });
    git('worktree', 'remove', '--force', next.root);
  });

  it('refuses a product inside a larger repository, and one of a name that is taken', async () => {
    const inner = await product('inner');
    rmSync(join(inner.root, '.git'), { recursive: true });
    await expect(prepare(inner)).rejects.toMatchObject({ code: 'OV_NOT_GIT' });
    const twin = await product('twin');
    const other = await product('twin-b');
    const config = join(other.root, '.overstory/config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/name: .*/, 'name: twin'));
    const refusal = { code: 'PROJECT_NAME_TAKEN', message: expect.stringContaining(other.root) };
    await expect(prepare(twin)).rejects.toMatchObject(refusal);
    // The other, as a second clone of one repository is, can have the name of its product.
    expect((await prepare(other)).done).toEqual([
      'set limits and the project name twin_b in config.local.yaml',
    ]);
    expect((await prepare(twin)).done).toEqual(['set limits in config.local.yaml']);
    rmSync(join(other.root, '.overstory/config.local.yaml'));
    writeFileSync(config, readFileSync(config, 'utf8').replace(/name: .*/, 'name: twin-b'));
  });

  it('gives a project whose name goes on after another and "-" one that ov cannot take for it', async () => {
    const longer = await product('app-web');
    expect((await prepare(longer)).done).toEqual(['set limits in config.local.yaml']);
    await sim.tmux('new-session', '-d', '-s', 'overstory-app-web-coordinator', 'sleep', '600');
    const shorter = await product('app');
    await expect(prepare(shorter)).rejects.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
      message: expect.stringContaining('overstory-app-web-coordinator'),
      mend: expect.stringContaining('Stop that product once'),
    });
    await sim.tmux('kill-session', '-t', '=overstory-app-web-coordinator');
    await prepare(shorter);
    expect((await prepare(longer)).done).toEqual([
      'set limits and the project name app_web in config.local.yaml',
    ]);
    expect((await prepare(longer)).done).toEqual([]);
    // Both run, and what is gone of the one is nothing of the other, also where only the beginning is compared.
    for (const ref of [shorter, longer]) await runtime.ov(ref, 'coordinator.start', {});
    const sessions = (await sim.tmux('list-sessions', '-F', '#{session_name}')).split('\n');
    expect(sessions).toEqual(
      expect.arrayContaining(['overstory-app-coordinator', 'overstory-app_web-coordinator']),
    );
    const found = (name: string) => sim.tmux('list-panes', '-t', name, '-F', '#{session_name}');
    expect(await found('overstory-app_w')).toBe('overstory-app_web-coordinator');
    expect(await found('overstory-app-web')).toBe('');
    await runtime.ov(shorter, 'coordinator.stop', {});
    expect(await sim.tmux('list-sessions', '-F', '#{session_name}')).toContain(
      'overstory-app_web-coordinator',
    );
    await runtime.ov(longer, 'coordinator.stop', {});

    const local = join(longer.root, '.overstory/config.local.yaml');
    writeFileSync(local, 'project: {name: app-web}\n');
    await expect(prepare(longer)).rejects.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
      mend: expect.stringContaining('project: {name: app_web}'),
    });
    rmSync(local);
  });

  it('refuses where git does not know who commits', async () => {
    const ref = await product('nameless');
    const bare = await sim.connect({
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      EMAIL: '',
    });
    execFileSync('git', ['config', 'user.useConfigOnly', 'true'], { cwd: ref.root });
    await expect(bare.maintain(ref, { kind: 'prepare', maxWorkers: null })).rejects.toMatchObject({
      code: 'GIT_NO_IDENTITY',
    });
  });

  it.each([
    ['another program', String(process.pid)],
    ['no process', '999999999'],
    ['nothing', 'rubbish'],
  ])('removes a watchdog.pid that names %s, and ends nobody', async (_what, pid) => {
    const ref = { name: 'sound', root: join(sim.folder, 'sound') };
    const file = join(ref.root, '.overstory/watchdog.pid');
    writeFileSync(file, pid);
    expect((await prepare(ref)).done).toEqual([expect.stringContaining('removed a watchdog.pid')]);
    expect(existsSync(file)).toBe(false);
  });

  it('starts the keeper again when the tmux server is gone', async () => {
    await sim.tmux('kill-server');
    const done = await prepare({ name: 'sound', root: join(sim.folder, 'sound') });
    expect(done.done).toEqual(['started the tmux keeper session']);
    expect(await sim.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
  });

  it("ends exactly the product's own session", async () => {
    const ref = { name: 'sound', root: join(sim.folder, 'sound') };
    const names = [
      'overstory-sound-coordinator',
      'overstory-sound-coordinator-2',
      'overstory-soun-coordinator',
    ];
    for (const name of names) await sim.tmux('new-session', '-d', '-s', name, 'sleep', '600');
    expect(await runtime.maintain(ref, { kind: 'clear-session' })).toEqual({
      done: ['ended the tmux session overstory-sound-coordinator'],
      left: [],
    });
    expect(await runtime.maintain(ref, { kind: 'clear-session' })).toEqual({ done: [], left: [] });
    const left = (await sim.tmux('list-sessions', '-F', '#{session_name}')).split('\n').sort();
    expect(left).toEqual(['keeper', 'overstory-soun-coordinator', 'overstory-sound-coordinator-2']);
  });
});

describe('close-menu', () => {
  const menu = readFileSync(join(import.meta.dirname, '../fixtures/panes/2.1.332/lim-7d.txt'), 'utf8');

  /** Shows the text, and then the key that was pressed. */
  async function shows(text: string) {
    const ref = { name: 'sound', root: join(sim.folder, 'sound') };
    const file = join(sim.folder, 'screen.txt');
    writeFileSync(file, text);
    const name = 'overstory-sound-coordinator';
    const key = `clear; cat '${file}'; stty -echo -icanon; dd bs=1 count=1 2>/dev/null | od -An -tx1; sleep 600`;
    await sim.tmux('new-session', '-d', '-s', name, '-x', '100', '-y', '50', 'sh', '-c', key);
    const screen = () => sim.tmux('capture-pane', '-p', '-t', `=${name}:`);
    await until(screen, (seen) => seen.includes(text.trim().split('\n').at(-1)?.trim() ?? ''));
    return { ref, screen };
  }
  afterEach(() =>
    runtime.maintain({ name: 'sound', root: join(sim.folder, 'sound') }, { kind: 'clear-session' }),
  );

  it('closes the menu of a usage limit with Esc, and touches nothing else', async () => {
    const limit = await shows(menu);
    expect((await runtime.maintain(limit.ref, { kind: 'close-menu' })).done).toHaveLength(1);
    await until(limit.screen, (seen) => /\b1b\b/.test(seen));
    await runtime.maintain(limit.ref, { kind: 'clear-session' });

    const other = await shows(' Do you want to proceed?\n ❯ 1. Yes\n   2. No\n');
    expect(await runtime.maintain(other.ref, { kind: 'close-menu' })).toEqual({ done: [], left: [] });
    expect(await other.screen()).not.toContain('1b');
  });
});

describe('end-processes', () => {
  it("never ends a process without overstory's mark, nor one of another start time", async () => {
    const ref = await product('mine');
    const plain = spawn('sleep', ['600'], { cwd: ref.root, stdio: 'ignore' });
    const marked = spawn('sleep', ['600'], {
      cwd: ref.root,
      stdio: 'ignore',
      env: { ...process.env, OVERSTORY_AGENT_NAME: 'builder-1' },
    });
    const ended = new Promise((resolve) => marked.once('exit', (_code, signal) => resolve(signal)));
    try {
      const [found] = (await runtime.footprint([ref])).products;
      const processes = (found?.processes ?? []).map(({ pid, startTicks }) => ({ pid, startTicks }));
      expect(processes.map(({ pid }) => pid).sort()).toEqual([plain.pid, marked.pid].sort());
      const reused = processes.map(({ pid, startTicks }) => ({ pid, startTicks: startTicks - 1 }));
      expect((await runtime.maintain(ref, { kind: 'end-processes', processes: reused })).done).toEqual([]);
      const { done, left } = await runtime.maintain(ref, { kind: 'end-processes', processes });
      expect(await ended).toBe('SIGTERM');
      expect({ done, left }).toEqual({ done: [`${marked.pid} sleep`], left: [`${plain.pid} sleep`] });
    } finally {
      plain.kill();
      marked.kill();
    }
  });
});

describe('config.local.yaml', () => {
  const ours = (maxWorkers: number | null, text: string | null, models = {}) =>
    withFleetSettings(text, { maxWorkers, models, projectName: null });
  it('is written once, followed when the limit changes, and gives the limit back', () => {
    const first = ours(4, null);
    expect(first).toContain('maxConcurrent: 5 # set by the fleet');
    expect(ours(4, first)).toBeNull();
    expect(ours(2, first)).toContain('maxConcurrent: 3 # set by the fleet');
    expect(ours(null, first)).not.toContain('maxConcurrent');
  });

  it('leaves no merge conflict to a model', () => {
    const text = ours(null, null) ?? '';
    expect(text).toContain('aiResolveEnabled: false # set by the fleet');
    expect(text).toContain('reimagineEnabled: false # set by the fleet');
  });

  it('keeps what a human set, and every comment', () => {
    const human =
      '# hands off\nagents:\n  maxConcurrent: 9 # mine\ncoordinator:\n  exitTriggers:\n    allAgentsDone: false\nmerge:\n  aiResolveEnabled: true\n  reimagineEnabled: true\n';
    expect(ours(4, human)).toBeNull();
    expect(ours(4, 'runtime:\n  claudeHeadlessByDefault: false # tmux\n')).toContain(
      'claudeHeadlessByDefault: false # tmux',
    );
  });

  it("says the workers' models again, follows the manifest, and keeps a human's", () => {
    const first = ours(null, 'models:\n  lead: opus # mine\n', { builder: 'sonnet', lead: 'haiku' });
    expect(first).toContain('lead: opus # mine');
    expect(first).toContain('builder: sonnet # set by the fleet');
    expect(ours(null, first, { builder: 'haiku' })).toContain('builder: haiku # set by the fleet');
    expect(ours(null, first)).not.toContain('builder');
  });

  it.each(['agents: [', '- a list\n', 'just words'])('refuses %j and overwrites nothing', (text) => {
    expect(() => ours(4, text)).toThrow(expect.objectContaining({ code: 'OV_BAD_CONFIG' }));
  });
});

describe("headless workers' models", () => {
  const manifest = JSON.stringify({
    agents: {
      lead: { model: 'opus' },
      builder: { model: 'sonnet' },
      scout: { model: 'claude-haiku-4-5' },
      coordinator: { model: 'opus' },
      odd: {},
    },
  });
  it('are the aliases of the manifest; what only a human can say is named', () => {
    expect(workerModels('project: {name: a}', manifest)).toEqual({
      set: { lead: 'opus', builder: 'sonnet' },
      deaf: ['scout'],
    });
  });
  it("leave the project's own choice, another runtime and what cannot be read alone", () => {
    expect(workerModels('models: {lead: haiku}', manifest).set).toEqual({ builder: 'sonnet' });
    expect(workerModels('runtime: {default: codex}', manifest)).toEqual({ set: {}, deaf: [] });
    expect(workerModels('models: [', '{')).toEqual({ set: {}, deaf: [] });
    expect(workerModels(null, null)).toEqual({ set: {}, deaf: [] });
  });
});
