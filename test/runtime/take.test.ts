// A worker's branch into the one that work is merged into, on a real repository: nothing of a human's is ever lost by it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { take } from '../../src/runtime/agent/work/take.ts';

let folder = '';
const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
const commit = (file: string, text: string) => {
  writeFileSync(join(folder, file), text);
  git('add', '.');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.invalid', 'commit', '-qm', `${file} ${text}`);
};
const branch = 'overstory/builder-obj-1-1/obj-1';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'take-')));
  git('init', '-q', '-b', 'main');
  commit('a', '1');
  git('branch', branch);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function work(file: string, text: string): string {
  git('switch', '-q', branch);
  commit(file, text);
  const made = git('rev-parse', 'HEAD');
  git('switch', '-q', 'main');
  return made;
}

it('is a fast-forward where nothing came between, and once is enough', async () => {
  expect(await take('p', folder, branch)).toBeNull();
  const made = work('b', '2');
  expect(await take('p', folder, branch)).toBe(made);
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('2');
  expect(await take('p', folder, branch)).toBeNull();
});

it('is a merge commit where other commits came', async () => {
  work('b', '2');
  commit('c', '3');
  await take('p', folder, branch);
  expect(git('log', '-1', '--format=%s')).toBe(`Merge branch '${branch}'`);
  expect(git('ls-files')).toBe('a\nb\nc');
  expect(git('status', '--porcelain')).toBe('');
});

it.each([
  ['the same lines were changed', () => commit('a', 'mine'), 'other changes of the same lines on main: "a"'],
  ['a human has a file there', () => writeFileSync(join(folder, 'b'), 'mine'), 'would be overwritten'],
])('is refused where %s, and changes nothing', async (_what, meanwhile, words) => {
  git('switch', '-q', branch);
  writeFileSync(join(folder, 'b'), '2');
  commit('a', 'theirs');
  git('switch', '-q', 'main');
  meanwhile();
  const before = [git('rev-parse', 'HEAD'), git('status', '--porcelain')];
  await expect(take('p', folder, branch)).rejects.toMatchObject({
    code: 'WORK_NOT_MERGED',
    message: expect.stringContaining(words),
  });
  expect([git('rev-parse', 'HEAD'), git('status', '--porcelain')]).toEqual(before);
});

it('says so of a branch that is not there', async () => {
  await expect(take('p', folder, 'overstory/nobody/obj-1')).rejects.toMatchObject({
    code: 'WORK_NOT_MERGED',
  });
});
