// Files of git-lfs, by the real one: the clone has contents where the human has them, and shares no file with them.
import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeBundle } from '../../src/runtime/checkout/bundle.ts';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { readRecord } from '../../src/runtime/checkout/record.ts';
import { refresh } from '../../src/runtime/checkout/refresh.ts';
import { concernsOf } from '../../src/runtime/checkout/state.ts';
import { env, fingerprint } from './kinds.ts';

function hasLfs(): boolean {
  if (spawnSync('git', ['lfs', 'version']).status === 0) return true;
  const line = 'Expected git-lfs on the PATH, got none: how a clone takes its files is not tried.';
  if (process.env.CI) throw new Error(line);
  console.warn(line);
  return false;
}

let lab: string;
const before = { ...process.env };
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-lfs-')));
  Object.assign(process.env, env, { GIT_CONFIG_GLOBAL: join(lab, 'gitconfig') });
});
afterEach(async () => {
  for (const key of Object.keys(env)) {
    if (before[key] === undefined) delete process.env[key];
    else process.env[key] = before[key];
  }
  await rm(lab, { recursive: true });
});

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

async function commit(folder: string, file: string, text: string): Promise<void> {
  await mkdir(join(folder, file, '..'), { recursive: true });
  await writeFile(join(folder, file), text);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '-m', `write ${file}`);
}

/** `here.bin` with its contents, `art/away.bin` as a clone that never fetched it has it. */
async function source(elsewhere = false): Promise<{ from: string; storage: string }> {
  const folder = join(lab, 'source');
  const storage = elsewhere ? join(lab, 'store') : join(folder, '.git/lfs');
  git(lab, 'lfs', 'install', '--skip-repo');
  git(lab, 'init', '--quiet', '--initial-branch=main', folder);
  if (elsewhere) git(folder, 'config', 'lfs.storage', storage);
  await commit(folder, 'art/.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  await commit(folder, 'art/here.bin', 'the contents');
  await commit(folder, 'art/away.bin', 'that were left out');
  const [, oid = ''] = /([0-9a-f]{64}) . art\/away/.exec(git(folder, 'lfs', 'ls-files', '--long')) ?? [];
  await rm(join(storage, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid));
  await writeFile(join(folder, 'art/away.bin'), git(folder, 'show', 'HEAD:art/away.bin').concat('\n'));
  git(folder, 'add', 'art/away.bin');
  return { from: folder, storage };
}

async function cloned(from: string) {
  const root = join(lab, 'workspace', 'own');
  return { root, brought: await cloneFolder({ product: 'own', root, onProgress: () => {} }, from) };
}

async function inodes(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(files.map(async (one) => (await stat(join(one.parentPath, one.name))).ino));
}

const pointer = /^version https:\/\/git-lfs/;

describe.runIf(hasLfs())('a clone', () => {
  test.each([
    ['its own store', false],
    ['a store elsewhere', true],
  ])(
    'has contents and pointers as the source has them (%s), also in a worker’s worktree, and no file in common',
    async (_, elsewhere) => {
      const { from, storage } = await source(elsewhere);
      const was = await fingerprint(from);
      const { root, brought } = await cloned(from);
      expect(brought).toEqual([
        'copied the contents of 1 file of git-lfs',
        '1 file of git-lfs: a pointer there, and here',
      ]);
      const worker = join(lab, 'worker');
      git(root, 'worktree', 'add', '--quiet', '-b', 'overstory/a/b', worker);
      for (const folder of [root, worker]) {
        expect(await readFile(join(folder, 'art/here.bin'), 'utf8')).toBe('the contents');
        expect(await readFile(join(folder, 'art/away.bin'), 'utf8')).toMatch(pointer);
        expect(git(folder, 'status', '--porcelain')).toBe('');
      }
      // What a worker checks out that is not in HEAD.
      await commit(worker, 'art/new.bin', 'of an agent');
      git(root, 'merge', '--quiet', 'overstory/a/b');
      expect(await readFile(join(root, 'art/new.bin'), 'utf8')).toBe('of an agent');
      const theirs = new Set([...(await inodes(from)), ...(await inodes(storage))]);
      for (const folder of [root, worker])
        expect((await inodes(folder)).filter((inode) => theirs.has(inode))).toEqual([]);
      expect(await fingerprint(from)).toEqual(was);
    },
  );

  test('shares no file either when an agent checks out a version that only the source has', async () => {
    const { from } = await source();
    await commit(from, 'art/here.bin', 'newer');
    const { root } = await cloned(from);
    git(root, 'worktree', 'add', '--quiet', join(lab, 'old'), 'HEAD~2');
    expect(await readFile(join(lab, 'old', 'art/here.bin'), 'utf8')).toMatch(pointer);
    const theirs = new Set(await inodes(from));
    expect((await inodes(root)).filter((inode) => theirs.has(inode))).toEqual([]);
  });

  test('has those of new commits when these are taken', async () => {
    const { from } = await source();
    const { root } = await cloned(from);
    await commit(from, 'art/here.bin', 'newer');
    const record = await readRecord(root);
    if (record === null) throw new Error('Expected a record of the checkout, got none.');
    expect(await refresh(root, record)).toEqual([
      'took 1 new commit of main',
      'copied the contents of 1 file of git-lfs',
      '1 file of git-lfs: a pointer there, and here',
    ]);
    expect(await readFile(join(root, 'art/here.bin'), 'utf8')).toBe('newer');
  });

  test('tells what of a branch is here only, and where', async () => {
    const { from, storage } = await source();
    const { root } = await cloned(from);
    const pack = () => makeBundle('own', root, { branch: 'fleet/obj-1', whole: false });
    await commit(root, 'plain.txt', 'of an agent');
    expect(await pack()).toMatchObject({ contentsLeft: 0 });
    await commit(root, 'art/new.bin', 'of an agent');
    expect(await pack()).toMatchObject({ contentsLeft: 1 });
    // What the human is told to do.
    await cp(join(root, '.git/lfs/objects'), join(storage, 'objects'), { recursive: true });
    git(from, 'fetch', '--quiet', root, 'fleet/obj-1');
    const patient = ['-c', 'lfs.skipdownloaderrors=true'];
    git(from, ...patient, 'worktree', 'add', '--quiet', join(lab, 'look'), 'FETCH_HEAD');
    expect(await readFile(join(lab, 'look/art/new.bin'), 'utf8')).toBe('of an agent');
  });

  test('without git-lfs has pointers, which is said, and their contents once it is there', async () => {
    const { from } = await source();
    await mkdir(join(lab, 'bin'));
    await writeFile(join(lab, 'bin', 'git-lfs'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    process.env.PATH = `${join(lab, 'bin')}:${before.PATH}`;
    let root: string;
    try {
      // Not configured either: that `filter.lfs` is required is what stops git.
      process.env.GIT_CONFIG_GLOBAL = '/dev/null';
      ({ root } = await cloned(from));
      expect(await readFile(join(root, 'art/here.bin'), 'utf8')).toMatch(pointer);
      expect((await concernsOf(root)).map(({ code }) => code)).toEqual(['GIT_LFS_MISSING']);
    } finally {
      process.env.PATH = before.PATH;
    }
    process.env.GIT_CONFIG_GLOBAL = join(lab, 'gitconfig');
    const record = await readRecord(root);
    if (record === null) throw new Error('Expected a record of the checkout, got none.');
    expect(await refresh(root, record)).toContain('copied the contents of 1 file of git-lfs');
    expect(await readFile(join(root, 'art/here.bin'), 'utf8')).toBe('the contents');
  });
});
