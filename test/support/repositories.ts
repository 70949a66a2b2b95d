// Repositories as people have them, one small builder for each kind, by real git. test/repositories/ makes each twice,
// for a clone of the fleet's own and for `checkout: in-place`, and docs/repositories.md says what came of it.
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git, repository } from '../checkout/kinds.ts';

export interface Kind {
  /** as the table calls it */
  name: string;
  /** one word, for the names of its products */
  word: string;
  /** Makes it at `at`, which is not there yet. @param beside  a folder for what it comes from */
  make(at: string, beside: string): Promise<void>;
  /** its products, where it is not one at `at`: what their names end with, and what products.yaml says of them */
  products?: { end: string; path?: string; lines?: string[] }[];
  /** each of its products has an `.overstory` of its own */
  initialised?: true;
  /** what a human does while a session runs, which writes this file */
  meanwhile?(at: string, file: string): Promise<void>;
  /** the other way is refused by products.yaml itself */
  onlyOwn?: true;
}

/** Two branches that changed the same line. */
async function divided(at: string): Promise<void> {
  await repository(at);
  await git(at, 'checkout', '--quiet', '-b', 'other');
  await commit(at, 'README.md', 'other\n');
  await git(at, 'checkout', '--quiet', 'main');
  await commit(at, 'README.md', 'mine\n');
}

const stopsAt =
  (...command: string[]): Kind['make'] =>
  async (at) => {
    await divided(at);
    await git(at, ...command).catch(() => '');
  };

/** @param when  a condition of sh: the hook refuses; else it takes what it is asked about */
const hook =
  (name: string, when: string): Kind['make'] =>
  async (at) => {
    await repository(at);
    const lines = ['#!/bin/sh', `${when} || exit 0`, `echo "${refusal(name)}" >&2`, 'exit 1', ''];
    await writeFile(join(at, '.git', 'hooks', name), lines.join('\n'), { mode: 0o755 });
  };
/** What the refusing hook of that name says. */
export const refusal = (name: string): string => `${name} says no: no ticket number`;

/** Its tracked configuration names the project. */
async function named(at: string, project: string): Promise<void> {
  await repository(at);
  await mkdir(join(at, '.overstory'));
  await commit(at, '.overstory/config.yaml', `project:\n  name: ${project}\n  canonicalBranch: main\n`);
}

export const repositoryKinds: Kind[] = [
  { name: 'plain', word: 'plain', make: async (at) => void (await repository(at)) },
  {
    name: 'a linked worktree',
    word: 'worktree',
    async make(at, beside) {
      const main = await repository(join(beside, 'main'));
      await git(main, 'worktree', 'add', '--quiet', at, '-b', 'next');
    },
  },
  {
    name: 'uncommitted changes',
    word: 'dirty',
    async make(at) {
      await repository(at);
      await writeFile(join(at, 'README.md'), 'half done\n');
    },
  },
  {
    name: 'staged work',
    word: 'staged',
    async make(at) {
      await repository(at);
      await writeFile(join(at, 'staged.txt'), 'staged\n');
      await git(at, 'add', 'staged.txt');
    },
  },
  {
    name: 'an untracked file that the work brings too',
    word: 'untracked',
    make: async (at) => void (await repository(at)),
    async meanwhile(at, file) {
      await mkdir(join(at, file, '..'), { recursive: true });
      await writeFile(join(at, file), 'notes of the human\n');
    },
  },
  { name: 'an unfinished merge', word: 'merge', make: stopsAt('merge', '--quiet', 'other') },
  { name: 'an unfinished rebase', word: 'rebase', make: stopsAt('rebase', '--quiet', 'other') },
  { name: 'an unfinished cherry-pick', word: 'pick', make: stopsAt('cherry-pick', 'other') },
  { name: 'a bisect', word: 'bisect', make: stopsAt('bisect', 'start', 'HEAD', 'HEAD~1') },
  {
    name: 'a detached HEAD',
    word: 'detached',
    async make(at) {
      await repository(at);
      await git(at, 'checkout', '--quiet', '--detach');
      await commit(at, 'more.txt', 'on no branch\n');
    },
  },
  {
    name: 'signing that fails',
    word: 'signed',
    async make(at, beside) {
      await repository(at);
      await git(at, 'config', 'commit.gpgsign', 'true');
      await git(at, 'config', 'gpg.format', 'ssh');
      await git(at, 'config', 'user.signingkey', join(beside, 'no-such-key'));
    },
  },
  {
    name: 'a pre-commit hook that refuses',
    word: 'precommit',
    make: hook('pre-commit', 'git symbolic-ref HEAD | grep -q /overstory/'),
  },
  {
    name: 'a commit-msg hook that refuses',
    word: 'commitmsg',
    make: hook('commit-msg', '! grep -q ^chore "$1"'),
  },
  { name: 'a pre-merge-commit hook that refuses', word: 'premerge', make: hook('pre-merge-commit', 'true') },
  {
    name: 'git-lfs wanted, and missing',
    word: 'lfs',
    async make(at) {
      await repository(at);
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`;
      await commit(at, 'big.bin', pointer);
      await commit(at, '.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    },
  },
  {
    name: 'no commit yet',
    word: 'empty',
    async make(at) {
      await mkdir(at);
      await git(at, 'init', '--quiet', '--initial-branch=main');
    },
  },
  {
    name: 'shallow',
    word: 'shallow',
    async make(at, beside) {
      const from = await repository(join(beside, 'from'));
      await commit(from, 'second.txt', '2\n');
      await git(beside, 'clone', '--quiet', '--depth=1', `file://${from}`, at);
    },
  },
  {
    name: 'a partial clone',
    word: 'partial',
    async make(at, beside) {
      const from = await repository(join(beside, 'from'));
      await commit(from, 'README.md', 'hello again\n');
      await git(from, 'config', 'uploadpack.allowFilter', 'true');
      await git(beside, 'clone', '--quiet', '--filter=blob:none', `file://${from}`, at);
    },
  },
  {
    name: 'submodules, one in another',
    word: 'submodules',
    async make(at, beside) {
      const inner = await repository(join(beside, 'inner'));
      const lib = await repository(join(beside, 'lib'));
      await git(lib, 'submodule', '--quiet', 'add', inner, 'deps/inner');
      await git(lib, 'commit', '--quiet', '-m', 'inner');
      await repository(at);
      await git(at, 'submodule', '--quiet', 'add', lib, 'vendor/lib');
      await git(at, 'commit', '--quiet', '-m', 'lib');
      await git(at, 'submodule', '--quiet', 'update', '--init', '--recursive');
    },
  },
  {
    name: 'bare',
    word: 'bare',
    async make(at, beside) {
      const from = await repository(join(beside, 'from'));
      await git(beside, 'clone', '--quiet', '--bare', from, at);
    },
  },
  {
    name: 'a folder inside a repository',
    word: 'inside',
    products: [{ end: '', path: 'part' }],
    async make(at) {
      await repository(at);
      await mkdir(join(at, 'part'));
      await commit(at, 'part/file.txt', 'x\n');
    },
  },
  { name: 'missing', word: 'missing', make: async () => {} },
  {
    name: 'unreadable',
    word: 'unreadable',
    async make(at) {
      await repository(at);
      await chmod(at, 0);
    },
  },
  {
    name: 'not a repository',
    word: 'folder',
    async make(at) {
      await mkdir(at);
      await writeFile(join(at, 'README.md'), 'hello\n');
    },
  },
  {
    name: 'two of one project name',
    word: 'twins',
    initialised: true,
    products: [
      { end: '-a', path: 'a' },
      { end: '-b', path: 'b' },
    ],
    async make(at) {
      await named(join(at, 'a'), 'twins');
      await cp(join(at, 'a'), join(at, 'b'), { recursive: true });
    },
  },
  {
    name: 'a project name that goes on after another’s and "-"',
    word: 'longer',
    initialised: true,
    products: [
      { end: '-a', path: 'a' },
      { end: '-b', path: 'b' },
    ],
    async make(at) {
      await named(join(at, 'a'), `app${at.length}`);
      await named(join(at, 'b'), `app${at.length}-web`);
    },
  },
  {
    name: 'a monorepo, by paths:',
    word: 'mono',
    onlyOwn: true,
    products: [
      { end: '-a', lines: ['paths: [services/a]'] },
      { end: '-b', lines: ['paths: [services/b]'] },
    ],
    async make(at) {
      await repository(at);
      for (const part of ['a', 'b']) {
        await mkdir(join(at, 'services', part), { recursive: true });
        await commit(at, join('services', part, 'file.txt'), `${part}\n`);
      }
    },
  },
];
