// The fleet's clone of a human's folder, on real git: every kind of repository becomes one that work can be done in, and
// the folder itself is as it was, to the byte.
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloneAddress, cloneFolder, removeDrafts } from '../../src/runtime/checkout/make.ts';
import { readRecord } from '../../src/runtime/checkout/record.ts';
import { newCommits, refresh, standingOf, toMerge } from '../../src/runtime/checkout/refresh.ts';
import { repositoryKinds } from '../support/repositories.ts';
import { commit, env, fingerprint, git, kinds, repository } from './kinds.ts';

let lab: string;
const before = { ...process.env };
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-checkout-')));
  Object.assign(process.env, env);
});
afterEach(async () => {
  for (const key of Object.keys(env)) {
    if (before[key] === undefined) delete process.env[key];
    else process.env[key] = before[key];
  }
  await rm(lab, { recursive: true });
});

const order = (name = 'own', said: string[] = []) => ({
  product: name,
  root: join(lab, 'workspace', name),
  onProgress: (sentence: string) => void said.push(sentence),
});
async function cloned(source: string) {
  const root = order().root;
  const brought = await cloneFolder(order(), source);
  const record = await readRecord(root);
  if (record === null) throw new Error('Expected a record of the checkout, got none.');
  return {
    root,
    brought,
    record,
    refresh: () => refresh(root, record),
    standing: () => standingOf(root, record),
    news: () => newCommits(root, record),
  };
}

describe('each kind of repository', () => {
  test.each(Object.entries(kinds))('%s', async (kind, make) => {
    const source = await make(lab);
    const was = await fingerprint(source);
    const { root, record, refresh: again, standing } = await cloned(source);
    expect(await fingerprint(source)).toEqual(was);
    // the same files as the commit that it starts from, and nothing of what lay about
    const head = kind === 'an unfinished merge' || kind === 'dirty' ? 'main' : 'HEAD';
    expect(await git(root, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', head));
    expect(await git(root, 'status', '--porcelain', '--untracked-files=no')).toBe('');
    expect(record.follows).toBe(
      { 'a detached HEAD': null, 'a linked worktree': 'next', 'a branch with a slash': 'feature/x' }[kind] ===
        undefined
        ? 'main'
        : ({ 'a linked worktree': 'next', 'a branch with a slash': 'feature/x' }[kind] ?? null),
    );
    expect(await standing()).toMatchObject({ ahead: 0, behind: 0 });
    // work can be done in it, and whole history is there as far as it is in the source
    await commit(root, 'work.txt', 'of an agent\n');
    await git(root, 'worktree', 'add', '--quiet', join(lab, 'tree'), '-b', 'overstory/a/b');
    await git(root, 'fsck', '--connectivity-only');
    await again();
    expect(await standing()).toMatchObject({ ahead: 1, behind: 0, work: true });
    expect(await fingerprint(source)).toEqual(was);
  });

  test('a repository without a commit is one here too', async () => {
    await git(lab, 'init', '--quiet', '--initial-branch=trunk', join(lab, 'empty'));
    const { root, refresh: again } = await cloned(join(lab, 'empty'));
    await again();
    expect(await git(root, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk');
  });

  test('a submodule is as the human has it, also when it was never pushed', async () => {
    const source = await (kinds['with a submodule'] as (at: string) => Promise<string>)(lab);
    await commit(join(source, 'vendor/lib'), 'unpushed.txt', 'u\n');
    await git(source, 'commit', '--quiet', '-am', 'bump');
    const { root } = await cloned(source);
    expect(await readFile(join(root, 'vendor/lib/unpushed.txt'), 'utf8')).toBe('u\n');
    // its address is the one that the human has
    expect(await git(root, 'config', 'submodule.vendor/lib.url')).toBe(join(lab, 'lib'));
  });

  test('so is one inside of it', async () => {
    const [source, beside] = [join(lab, 'nested'), join(lab, 'beside')];
    await mkdir(beside);
    await repositoryKinds.find(({ word }) => word === 'submodules')?.make(source, beside);
    await commit(join(source, 'vendor/lib/deps/inner'), 'unpushed.txt', 'u\n');
    await git(join(source, 'vendor/lib'), 'commit', '--quiet', '-am', 'bump');
    await git(source, 'commit', '--quiet', '-am', 'bump');
    const { root, brought } = await cloned(source);
    expect(await readFile(join(root, 'vendor/lib/deps/inner/unpushed.txt'), 'utf8')).toBe('u\n');
    expect(brought).toEqual([]);
  });

  test('what the old way left comes along, copied', async () => {
    const source = await (kinds['overstory of the old way'] as (at: string) => Promise<string>)(lab);
    const { root, brought } = await cloned(source);
    expect(brought).toEqual(['copied .mulch', 'copied .seeds', 'copied .overstory/config.yaml']);
    expect(await readFile(join(root, '.seeds/issues.jsonl'), 'utf8')).toBe('{"id":1}\n');
    await expect(stat(join(root, '.overstory/mail.db'))).rejects.toThrow('ENOENT');
  });
});

describe('refused in words', () => {
  test.each([
    ['a folder without git', 'PRODUCT_NOT_GIT', async () => join(lab, 'plain')],
    [
      'a folder inside one',
      'PRODUCT_NOT_GIT_ROOT',
      async () => join(await repository(join(lab, 'r')), '.git', '..', 'sub'),
    ],
    [
      'a worktree whose repository is not here',
      'PRODUCT_WORKTREE_AWAY',
      async () => {
        const next = await (kinds['a linked worktree'] as (at: string) => Promise<string>)(lab);
        await rm(join(lab, 'main'), { recursive: true });
        return next;
      },
    ],
  ])('%s', async (_, code, make) => {
    await writeFile(join(lab, 'x'), '');
    const path = await make();
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path, { recursive: true });
    await expect(cloneFolder(order(), path)).rejects.toMatchObject({ code });
    expect(await readdir(join(lab, 'workspace')).catch(() => [])).toEqual([]);
  });
});

test('no object of the human’s can be written through the clone: none is the same file', async () => {
  const source = await repository(join(lab, 'source'));
  const { root } = await cloned(source);
  const inodes = async (folder: string) =>
    await Promise.all(
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).ino),
    );
  const theirs = new Set(await inodes(source));
  expect((await inodes(root)).filter((inode) => theirs.has(inode))).toEqual([]);
  await expect(git(root, 'push', 'origin', 'HEAD:refs/heads/stolen')).rejects.toThrow(/fleet-publishes/);
});

test('a failed clone leaves nothing, and a prepare that died is cleaned up after, a living one not', async () => {
  const source = await repository(join(lab, 'source'));
  const workspace = join(lab, 'workspace');
  await expect(cloneAddress(order(), join(lab, 'nowhere'))).rejects.toMatchObject({
    code: 'PRODUCT_CLONE_FAILED',
  });
  expect(await readdir(workspace)).toEqual([]);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(workspace, '.clone-2147483646-abc'));
  await mkdir(join(workspace, `.clone-${process.ppid}-abc`));
  await cloneFolder(order('other'), source);
  await removeDrafts(workspace);
  expect((await readdir(workspace)).sort()).toEqual([`.clone-${process.ppid}-abc`, 'other']);
});

test('progress is told', async () => {
  const source = await repository(join(lab, 'source'));
  for (let n = 0; n < 300; n++) await writeFile(join(source, `f${n}`), `${n}`.repeat(2_000));
  await git(source, 'add', '--all');
  await git(source, 'commit', '--quiet', '-m', 'many');
  const said: string[] = [];
  await cloneAddress(order('remote', said), `file://${source}`);
  expect(said.join('\n')).toMatch(/Receiving objects 100%/);
});

describe('new commits of the human', () => {
  test('come along by themselves while the clone has nothing of its own', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, refresh: again } = await cloned(source);
    await commit(source, 'new.txt', 'n\n');
    expect(await again()).toEqual(['took 1 new commit of main']);
    expect(await git(root, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', 'HEAD'));
  });

  test('also when all of its own is what overstory put there', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, refresh: again, standing } = await cloned(source);
    await commit(root, '.gitattributes', '* merge=union\n');
    await commit(source, 'new.txt', 'n\n');
    expect(await again()).toEqual(['took 1 new commit of main']);
    expect(await standing()).toMatchObject({ behind: 0, work: false });
  });

  test('also into work that they do not conflict with', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, refresh: again, standing } = await cloned(source);
    await commit(root, 'work.txt', 'the fleet’s\n');
    await commit(source, 'new.txt', 'n\n');
    expect(await again()).toEqual(['took 1 new commit of main']);
    expect(await standing()).toMatchObject({ behind: 0, work: true });
  });

  test('that conflict with work are the coordinator’s to have merged, and nothing is undone for them', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, refresh: again, standing } = await cloned(source);
    await commit(root, 'README.md', 'the fleet’s\n');
    const head = await git(root, 'rev-parse', 'HEAD');
    await commit(source, 'README.md', 'mine\n');
    expect(await again()).toEqual([]);
    expect(await git(root, 'rev-parse', 'HEAD')).toBe(head);
    expect(await git(root, 'status', '--porcelain')).toBe('');
    const now = await standing();
    expect(now && toMerge(now)).toMatch(/^main .* 1 new commit .*`git merge refs\/remotes\/origin\/main`/);
  });

  test('that come while agents work are told, and no branch moves', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, news } = await cloned(source);
    await commit(root, 'work.txt', 'the fleet’s\n');
    const head = await git(root, 'rev-parse', 'HEAD');
    expect(await news()).toBe(null);
    await commit(source, 'new.txt', 'n\n');
    await commit(source, 'newer.txt', 'n\n');
    const commitId = await git(source, 'rev-parse', 'HEAD');
    const told = await news();
    expect(told).toMatchObject({ commit: commitId, text: expect.stringMatching(/^main .* 2 new commits/) });
    expect(await git(root, 'rev-parse', 'HEAD')).toBe(head);
    expect(await git(root, 'status', '--porcelain')).toBe('');
    // What its words say to do.
    const [, merge = ''] = /Have a builder run `git (.*?)`/.exec(told?.text ?? '') ?? [];
    await git(root, ...merge.split(' '), '--no-edit');
    expect(await news()).toBe(null);
  });

  test('of a source out of reach are none', async () => {
    const source = await repository(join(lab, 'source'));
    const { news } = await cloned(source);
    await rm(source, { recursive: true });
    expect(await news()).toBe(null);
  });

  test('that conflict with what overstory put there leave no half merge', async () => {
    const source = await repository(join(lab, 'source'));
    const { root, refresh: again, standing } = await cloned(source);
    await commit(root, '.gitattributes', 'one\n');
    await commit(source, '.gitattributes', 'two\n');
    await again();
    expect(await git(root, 'status', '--porcelain')).toBe('');
    const now = await standing();
    expect(now && toMerge(now)).toMatch(/did not merge into main by themselves/);
  });

  test('of a branch that was rewritten: what the clone still needs outlives a prune of the source', async () => {
    const source = await repository(join(lab, 'source'));
    await commit(source, 'will-go.txt', 'first\n');
    const { root, refresh: again } = await cloned(source);
    await commit(root, 'work.txt', 'on top of it\n');
    await git(source, 'reset', '--quiet', '--hard', 'HEAD~1');
    await commit(source, 'instead.txt', 'second\n');
    expect(await again()).toContain('kept commits that the source reaches no more');
    await git(source, 'reflog', 'expire', '--expire=now', '--all');
    await git(source, 'gc', '--quiet', '--prune=now');
    await git(root, 'fsck');
    expect(await git(root, 'show', 'HEAD~1:will-go.txt')).toBe('first');
  });

  test('of a folder that is away are said to be out of reach, and the session starts on what is here', async () => {
    const source = await repository(join(lab, 'source'));
    const { refresh: again } = await cloned(source);
    await chmod(join(source, '.git'), 0o000);
    const said = await again();
    await chmod(join(source, '.git'), 0o755);
    expect(said.join()).toMatch(
      process.getuid?.() === 0 ? /^/ : /^could not look for new commits in .*source: /,
    );
  });
});

test('a checkout whose record was written over is none', async () => {
  const { root } = await cloned(await repository(join(lab, 'source')));
  await appendFile(join(root, '.git/fleet-checkout.json'), '{');
  expect(await readRecord(root)).toBeNull();
});
