// `ov merge` of ov-sim reaches a human's files: what it refuses there, and what it leaves alone. The words and the outcomes
// are the real one's (0.10.3) but where the simulator's README says otherwise.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, openLab } from './ov.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

describe('a merge in a root that is a human’s', () => {
  const words =
    'Working tree has uncommitted changes to tracked files: f.txt. Commit or stash changes before running ov merge.';
  let at: string;
  let count = 0;
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: at, env: { ...process.env, ...lab.env }, encoding: 'utf8' }).stdout;
  const commit = (branch: string, file: string, text: string) => {
    git('switch', '--quiet', branch);
    writeFileSync(join(at, file), text);
    git('add', file);
    git('commit', '--quiet', '-m', text);
    git('switch', '--quiet', '-');
  };
  const merge = (branch = 'overstory/b/t') => lab.ov(at, ['merge', '--branch', branch, '--json']);
  beforeEach(async () => {
    at = await lab.product(`human-${++count}`);
    writeFileSync(join(at, 'f.txt'), 'start');
    git('add', 'f.txt');
    git('commit', '--quiet', '-m', 'start');
    for (const branch of ['overstory/b/t', 'side']) git('branch', branch);
    commit('overstory/b/t', 'new.txt', 'new');
  });

  test('is refused over uncommitted changes, which stay', async () => {
    writeFileSync(join(at, 'f.txt'), 'mine');
    expect(await merge()).toMatchObject({ exit: 1, json: { success: false, command: 'ov', error: words } });
    expect(readFileSync(join(at, 'f.txt'), 'utf8')).toBe('mine');
    git('checkout', 'f.txt');
    writeFileSync(join(at, '.overstory/config.yaml'), '# changed\n', { flag: 'a' });
    expect(await merge()).toMatchObject({ exit: 0, json: { success: true, tier: 'clean-merge' } });
  });

  test.each(['with conflicts', 'resolved by hand'])('leaves one that a human began, %s', async (how) => {
    commit('side', 'f.txt', 'theirs');
    writeFileSync(join(at, 'f.txt'), 'ours');
    git('commit', '--quiet', '-am', 'ours');
    git('merge', '--quiet', 'side');
    if (how !== 'with conflicts') {
      writeFileSync(join(at, 'f.txt'), 'half an hour of work');
      git('add', 'f.txt');
    }
    const before = readFileSync(join(at, 'f.txt'), 'utf8');
    expect(await merge()).toMatchObject({ exit: 1, json: { success: false, command: 'ov', error: words } });
    expect(readFileSync(join(at, 'f.txt'), 'utf8')).toBe(before);
    expect(git('rev-parse', 'MERGE_HEAD')).toBe(git('rev-parse', 'side'));
  });

  test('undoes its own that fails, and answers twice', async () => {
    commit('overstory/b/t', 'f.txt', 'theirs');
    writeFileSync(join(at, 'f.txt'), 'ours');
    git('commit', '--quiet', '-am', 'ours');
    const { exit, stdout } = await merge();
    expect(exit).toBe(1);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      expect.objectContaining({ success: false, command: 'merge' }),
      { success: false, command: 'ov', error: expect.stringContaining('CONFLICT') },
    ]);
    expect(git('status', '--porcelain', '--untracked-files=no')).toBe('');
    expect(readFileSync(join(at, 'f.txt'), 'utf8')).toBe('ours');
  });
});
