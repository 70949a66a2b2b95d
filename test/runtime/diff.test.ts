// What a session made, as the agent tells it: real git on real repositories. Files with their changes as far as they may
// be shown, commits by the agent whose branch brought them, and nothing of a hostile repository is run.
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DiffRequest, Tip } from '../../src/contract/runtime/diff.ts';
import { diff } from '../../src/runtime/agent/work/diff.ts';
import { mark } from '../../src/runtime/agent/work/mark.ts';
import { type Files, openWorkRepository, type WorkRepository } from '../support/work-repository.ts';

let work: WorkRepository;
let folder: string;
let lab: string;
const git = (...args: string[]) => work.git(...args);
const commit = (subject: string, files: Files) => work.commit(subject, files);
const branch = (name: string) => git('checkout', '-q', '-b', name);
const back = () => git('checkout', '-q', 'main');
const merge = (name: string, ...how: string[]) => git('merge', '-q', '--no-edit', ...how, name);
const ask = (base: string, more: Partial<DiffRequest> = {}) =>
  diff('shop', folder, {
    base,
    head: git('rev-parse', 'HEAD'),
    tips: [],
    patch: true,
    path: null,
    maxBytes: 262_144,
    ...more,
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.code as string,
  );
const lines = (count: number, word = 'line') =>
  Array.from({ length: count }, (_, n) => `${word} ${n}\n`).join('');
const scratch = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('fleet-objects-'));

let base: string;
beforeEach(async () => {
  work = await openWorkRepository();
  ({ folder, lab } = work);
  base = await commit('First', { 'a.txt': lines(20), 'old name.txt': lines(30, 'kept'), 'gone.txt': 'x\n' });
});
afterEach(() => work[Symbol.asyncDispose]());

describe('files', () => {
  it('each with what became of it and its lines, in the order of their paths', async () => {
    await rename(join(folder, 'old name.txt'), join(folder, 'new\tname.txt'));
    await rm(join(folder, 'gone.txt'));
    await commit('Second', {
      'a.txt': lines(20).replace('line 3', 'line three'),
      'ünï.md': 'new\nfile\n',
      'logo.png': Buffer.from([0x89, 0, 1, 2]),
    });
    const { files, total } = await ask(base);
    expect(
      files.map(({ path, from, status, added, deleted, fold }) => ({
        path,
        from,
        status,
        added,
        deleted,
        fold,
      })),
    ).toEqual([
      { path: 'a.txt', from: null, status: 'changed', added: 1, deleted: 1, fold: null },
      { path: 'gone.txt', from: null, status: 'deleted', added: 0, deleted: 1, fold: null },
      { path: 'logo.png', from: null, status: 'added', added: null, deleted: null, fold: 'binary' },
      { path: 'new\tname.txt', from: 'old name.txt', status: 'renamed', added: 0, deleted: 0, fold: null },
      { path: 'ünï.md', from: null, status: 'added', added: 2, deleted: 0, fold: null },
    ]);
    expect(total).toEqual({ files: 5, added: 3, deleted: 2, commits: 1 });
    expect(files[0]?.patch).toMatch(/^@@ -1,7 \+1,7 @@\n line 0\n(.*\n)*-line 3\n\+line three\n/);
    expect(files[3]?.patch).toBe('');
    expect(files[4]?.patch).toBe('@@ -0,0 +1,2 @@\n+new\n+file');
  });

  it('without their lines where nobody asked for these', async () => {
    await commit('Second', { 'a.txt': 'other\n' });
    expect((await ask(base, { patch: false })).files).toMatchObject([
      { path: 'a.txt', patch: null, fold: null },
    ]);
  });

  it('lines that look like the next file are lines', async () => {
    await commit('Second', { 'a.txt': 'diff --git a/x b/x\n@@ -1 +1 @@\n', 'b.txt': 'b\n' });
    const { files } = await ask(base);
    expect(files[0]?.patch).toContain('\n+diff --git a/x b/x\n+@@ -1 +1 @@');
    expect(files[1]?.patch).toContain('+b');
  });

  it('one that became a link is shown as both', async () => {
    await rm(join(folder, 'a.txt'));
    await symlink('gone.txt', join(folder, 'a.txt'));
    await commit('Second', { 'b.txt': 'b\n' });
    const { files } = await ask(base);
    expect(files).toMatchObject([
      { path: 'a.txt', status: 'type', patch: expect.stringMatching(/-line 0\n(.|\n)*\+gone\.txt/) },
      { path: 'b.txt', patch: expect.stringContaining('+b') },
    ]);
  });

  it('what is too long, holds secrets or is overstory’s own is named, and asked for by its path only', async () => {
    await commit('Second', {
      'long.txt': lines(6_000),
      'wide.js': `x = "${'y'.repeat(1_100_000)}";\n`,
      '.env': 'KEY=secret-value\n',
      'deploy/id_rsa': 'secret-value\n',
      '.mulch/expertise/a.jsonl': '{}\n',
    });
    const { files, total } = await ask(base);
    expect(Object.fromEntries(files.map(({ path, fold }) => [path, fold]))).toEqual({
      'long.txt': 'large',
      'wide.js': 'large',
      '.env': 'secret',
      'deploy/id_rsa': 'secret',
      '.mulch/expertise/a.jsonl': 'overstory',
    });
    expect(files.every(({ patch }) => patch === null)).toBe(true);
    expect(total).toMatchObject({ files: 5, added: 6_003 });
    const alone = await ask(base, { path: 'long.txt' });
    expect(alone.files).toMatchObject([{ path: 'long.txt', fold: null }]);
    expect(alone.files[0]?.patch).toContain('+line 5999');
    expect(JSON.stringify(await ask(base, { path: '.env' }))).not.toContain('secret-value');
    expect((await ask(base, { path: '.mulch' })).files).toMatchObject([{ patch: '@@ -0,0 +1 @@\n+{}' }]);
  });

  it('no more than the bytes that were asked for: the rest is named', async () => {
    await commit('Second', Object.fromEntries(['b', 'c', 'd'].map((name) => [name, lines(1_000)])));
    const { files } = await ask(base, { maxBytes: 25_000 });
    expect(files.map(({ path, fold }) => `${path} ${fold}`)).toEqual(['b null', 'c null', 'd rest']);
    expect(files.reduce((sum, { patch }) => sum + (patch?.length ?? 0), 0)).toBeLessThan(25_000);
  });

  it('hundreds of them', async () => {
    await commit(
      'Second',
      Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`many/${n}.txt`, `${n}\n`])),
    );
    const { files, total } = await ask(base);
    expect(total).toMatchObject({ files: 500, added: 500 });
    expect(files.every(({ path, patch }) => patch === `@@ -0,0 +1 @@\n+${/\d+/.exec(path)?.[0]}`)).toBe(true);
  });
});

describe('commits', () => {
  const agents = async (tips: Tip[] = []) =>
    (await ask(base, { tips })).commits.map(({ subject, agent }) => `${agent}: ${subject}`);

  it('are of the agent whose branch a merge took in, also inside a lead’s', async () => {
    branch('overstory/lead-1/t1');
    await commit('Plan it', { 'plan.md': 'p\n' });
    branch('overstory/builder-1/t2');
    await commit('Build it', { 'b.txt': 'b\n' });
    git('checkout', '-q', 'overstory/lead-1/t1');
    merge('overstory/builder-1/t2', '--no-ff');
    back();
    await commit('By the coordinator', { 'c.txt': 'c\n' });
    branch('overstory/builder-2/t3');
    await commit('Build more', { 'd.txt': 'd\n' });
    back();
    merge('overstory/lead-1/t1');
    merge('overstory/builder-2/t3', '--no-ff');
    expect(new Set(await agents())).toEqual(
      new Set([
        'builder-2: Build more',
        'builder-1: Build it',
        'lead-1: Plan it',
        'null: By the coordinator',
      ]),
    );
  });

  it('also where a fast-forward took them in and the branch is gone', async () => {
    branch('overstory/builder-1/t1');
    await commit('One', { 'b.txt': 'b\n' });
    await commit('Two', { 'c.txt': 'c\n' });
    back();
    merge('overstory/builder-1/t1', '--ff-only');
    const kept = await mark(folder, { objective: 'obj-1', session: 1, point: 'head' });
    git('branch', '-D', 'overstory/builder-1/t1');
    expect(await agents()).toEqual(['null: Two', 'null: One']);
    expect(kept?.tips).toEqual([{ agent: 'builder-1', commit: git('rev-parse', 'HEAD') }]);
    expect(await agents(kept?.tips)).toEqual(['builder-1: Two', 'builder-1: One']);
  });
});

describe('marks', () => {
  it('keep the commits when every branch is gone and git has collected what is left', async () => {
    const point = { objective: 'obj-7', session: 3 };
    expect(await mark(folder, { ...point, point: 'base' })).toEqual({ commit: base, tips: [] });
    const head = await commit('Second', { 'a.txt': 'other\n' });
    expect(await mark(folder, { ...point, point: 'head' })).toMatchObject({ commit: head });
    git('reset', '-q', '--hard', base);
    git('reflog', 'expire', '--expire=now', '--all');
    git('gc', '-q', '--prune=now');
    expect((await ask(base, { head })).files).toMatchObject([{ path: 'a.txt' }]);
  });

  it('what is at work is told as it stands now', async () => {
    await mkdir(join(folder, '.overstory'));
    await appendFile(join(folder, '.git/info/exclude'), '.overstory\n');
    await writeFile(join(folder, '.overstory/config.yaml'), 'project:\n  canonicalBranch: release\n');
    git('branch', 'release');
    git('checkout', '-q', 'release');
    branch('overstory/builder-1/t1');
    await commit('One', { 'b.txt': 'b\n' });
    git('checkout', '-q', 'release');
    merge('overstory/builder-1/t1', '--ff-only');
    back();
    const told = await ask(base, { head: null });
    expect(told.head).toBe(git('rev-parse', 'release'));
    expect(told.commits).toMatchObject([{ subject: 'One', agent: 'builder-1' }]);
  });
});

describe('refused', () => {
  it('a path that leads out, a commit that is not there, objects of another repository', async () => {
    for (const path of ['../other', '/etc/passwd', 'a/../../x'])
      expect(await codeOf(ask(base, { path }))).toBe('PATH_ESCAPES');
    expect(await codeOf(ask('1'.repeat(40)))).toBe('DIFF_GONE');
    expect(await codeOf(ask(base, { head: '2'.repeat(40) }))).toBe('DIFF_GONE');
    await rename(join(folder, '.git/objects'), join(lab, 'elsewhere'));
    await symlink(join(lab, 'elsewhere'), join(folder, '.git/objects'));
    expect(await codeOf(ask(base))).toBe('PATH_ESCAPES');
  });
});

it('nothing that a hostile repository names is run, and nothing of the question stays behind', async () => {
  const ran = join(lab, 'ran');
  const evil = join(lab, 'evil.sh');
  await writeFile(evil, `#!/bin/sh\necho "$0 $@" >> ${ran}\ncat\nexit 0\n`);
  await chmod(evil, 0o755);
  await commit('Second', {
    '.gitattributes': '* diff=x filter=x merge=x\n',
    'a.txt': 'other\n',
    'b.bin': '\0',
  });
  for (const hook of ['reference-transaction', 'post-index-change', 'pre-auto-gc', 'fsmonitor-watchman']) {
    await writeFile(join(folder, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`);
    await chmod(join(folder, '.git/hooks', hook), 0o755);
  }
  const head = git('rev-parse', 'HEAD');
  await rm(ran, { force: true });
  for (const [key, value] of [
    ['diff.external', evil],
    ['diff.x.command', evil],
    ['diff.x.textconv', evil],
    ['diff.x.cachetextconv', 'true'],
    ['filter.x.clean', evil],
    ['filter.x.smudge', evil],
    ['filter.x.process', evil],
    ['merge.x.driver', evil],
    ['core.fsmonitor', evil],
    ['core.hooksPath', join(folder, '.git/hooks')],
    ['core.pager', evil],
    ['pager.diff', evil],
    ['core.attributesFile', join(lab, 'attributes')],
    ['core.alternateRefsCommand', evil],
    ['core.editor', evil],
    ['core.sshCommand', evil],
    ['gpg.program', evil],
    ['log.showSignature', 'true'],
    ['include.path', join(lab, 'more')],
    ['core.repositoryformatversion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.url', `ext::${evil} %S`],
    ['protocol.ext.allow', 'always'],
    ['alias.diff-tree', `!${evil}`],
    ['core.worktree', lab],
  ] as const)
    git('config', key, value);
  await writeFile(join(lab, 'attributes'), '* diff=x filter=x\n');
  await writeFile(join(lab, 'more'), `[diff]\n\texternal = ${evil}\n[core]\n\tfsmonitor = ${evil}\n`);
  await appendFile(join(folder, '.git/info/attributes'), '* diff=x filter=x\n');
  const before = await scratch();
  // The traps are armed: git by itself, as a human would run it, springs one.
  execFileSync('git', ['-C', folder, `--work-tree=${folder}`, '--no-pager', 'diff', base, head], {
    stdio: 'ignore',
  });
  expect(await readFile(ran, 'utf8')).toContain('evil.sh');
  await rm(ran);

  const told = await ask(base, { head });
  expect(told.files.map(({ path }) => path)).toEqual(['.gitattributes', 'a.txt', 'b.bin']);
  expect(told.files[1]?.patch).toContain('+other');
  await codeOf(ask(base, { head: null }));
  await codeOf(ask(base, { head, path: 'a.txt' }));
  for (const point of ['base', 'head'] as const)
    await mark(folder, { objective: 'obj-1', session: 1, point });
  // A commit whose parent is missing, in a repository that promises to fetch what is missing.
  const tree = git('rev-parse', `${head}^{tree}`);
  await writeFile(
    join(lab, 'orphan'),
    `tree ${tree}\nparent ${'1'.repeat(40)}\nauthor t <t@t> 0 +0000\ncommitter t <t@t> 0 +0000\n\nx\n`,
  );
  const orphan = git('hash-object', '-t', 'commit', '-w', '--literally', join(lab, 'orphan'));
  await codeOf(ask(base, { head: orphan }));
  await writeFile(join(folder, '.git/refs/heads/main'), `${orphan}\n`);
  await codeOf(ask(base, { head: null }));
  await codeOf(mark(folder, { objective: 'obj-2', session: 2, point: 'head' }));
  expect(await readFile(ran, 'utf8').catch(() => 'nothing ran')).toBe('nothing ran');
  expect(await scratch()).toEqual(before);
});
