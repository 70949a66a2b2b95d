// A state that would lose or waste the work of a session is named before it begins, and nothing in it is changed.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftBehind } from '../../src/runtime/checkout/left-behind.ts';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { concernsOf } from '../../src/runtime/checkout/state.ts';
import { commit, fingerprint, git, kinds, repository } from './kinds.ts';

let lab: string;
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-state-')));
});
afterEach(() => rm(lab, { recursive: true }));

const kind = (name: string) => (kinds[name] as (at: string) => Promise<string>)(lab);
const plain = () => repository(join(lab, 'r'));

async function conflict(...command: string[]) {
  const folder = await plain();
  await git(folder, 'checkout', '--quiet', '-b', 'other');
  await commit(folder, 'README.md', 'other\n');
  await git(folder, 'checkout', '--quiet', 'main');
  await commit(folder, 'README.md', 'mine\n');
  await git(folder, ...command).catch(() => '');
  return folder;
}
async function signed(key: string) {
  const folder = await plain();
  await git(folder, 'config', 'commit.gpgsign', 'true');
  await git(folder, 'config', 'gpg.format', 'ssh');
  await git(folder, 'config', 'user.signingkey', key);
  return folder;
}

test.each<[string, string[], () => Promise<string>]>([
  ['a plain one', [], plain],
  ['a detached HEAD', ['PRODUCT_DETACHED'], () => kind('a detached HEAD')],
  ['an unfinished merge', ['PRODUCT_UNFINISHED'], () => kind('an unfinished merge')],
  ['a cherry-pick', ['PRODUCT_UNFINISHED'], () => conflict('cherry-pick', 'other')],
  ['a rebase', ['PRODUCT_UNFINISHED'], () => conflict('rebase', '--quiet', 'other')],
  ['a bisect', ['PRODUCT_UNFINISHED'], () => conflict('bisect', 'start', 'HEAD', 'HEAD~1')],
  ['a signature without its key', ['GIT_SIGNING_FAILED'], () => signed(join(lab, 'no-such-key'))],
  ['shallow', ['PRODUCT_SHALLOW'], () => kind('shallow')],
  ['submodules', ['PRODUCT_SUBMODULES'], () => kind('with a submodule')],
])('%s', async (_, codes, make) => {
  const folder = await make();
  const was = await fingerprint(folder);
  const concerns = await concernsOf(folder);
  expect(concerns.map(({ code }) => code)).toEqual(codes);
  for (const { says, mend } of concerns) expect([says, mend].join(' ')).toContain(folder);
  expect(await fingerprint(folder)).toEqual(was);
});

test('files of git-lfs where there is no git-lfs, which this machine is made to be', async () => {
  const folder = await plain();
  await commit(folder, '.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  await mkdir(join(lab, 'bin'));
  await writeFile(join(lab, 'bin', 'git-lfs'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${join(lab, 'bin')}:${path}`;
  try {
    expect((await concernsOf(folder)).map(({ code }) => code)).toEqual(['GIT_LFS_MISSING']);
    await writeFile(join(lab, 'bin', 'git-lfs'), '#!/bin/sh\necho git-lfs/3\n', { mode: 0o755 });
    expect(await concernsOf(folder)).toEqual([]);
  } finally {
    process.env.PATH = path;
  }
});

test('hooks that are configured outside of the repository run in its clones, and are said to', async () => {
  const folder = await plain();
  const hooks = join(lab, 'hooks');
  await mkdir(hooks);
  await writeFile(join(hooks, 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await writeFile(join(lab, 'gitconfig'), `[core]\nhooksPath = ${hooks}\n`);
  const root = join(lab, 'clone');
  await cloneFolder({ product: 'r', root, onProgress: () => {} }, folder);
  const before = process.env.GIT_CONFIG_GLOBAL;
  process.env.GIT_CONFIG_GLOBAL = join(lab, 'gitconfig');
  try {
    expect((await concernsOf(root)).map(({ code }) => code)).toEqual(['GIT_HOOKS_RUN']);
    expect(await leftBehind(folder)).toEqual([]);
    // The repository's own go before those of the machine, and stay where they are.
    await git(folder, 'config', 'core.hooksPath', hooks);
    expect((await leftBehind(folder)).map(({ code }) => code)).toEqual(['GIT_HOOKS_NOT_RUN']);
  } finally {
    if (before === undefined) delete process.env.GIT_CONFIG_GLOBAL;
    else process.env.GIT_CONFIG_GLOBAL = before;
  }
});

test('a program that the repository names signs nothing here', async () => {
  const folder = await signed(join(lab, 'no-such-key'));
  await writeFile(join(lab, 'spy'), `#!/bin/sh\ntouch '${join(lab, 'ran')}'\n`, { mode: 0o755 });
  for (const name of ['gpg.program', 'gpg.ssh.program', 'gpg.ssh.defaultKeyCommand'])
    await git(folder, 'config', name, join(lab, 'spy'));
  await git(folder, 'config', '--unset', 'user.signingkey');
  await concernsOf(folder);
  await expect(realpath(join(lab, 'ran'))).rejects.toThrow();
});
