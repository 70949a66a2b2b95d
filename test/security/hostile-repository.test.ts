// A worker owns its repository, .git/config and every path in it included. What the agent does there on the fleet's
// behalf runs none of its programs, and shows nothing from outside, not even while paths change under it.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../../src/runtime/agent/look.ts';
import { branches } from '../../src/runtime/agent/maintenance/branches.ts';
import type { Place } from '../../src/runtime/agent/maintenance/place.ts';
import { requireGit } from '../../src/runtime/agent/maintenance/prepare.ts';

let root: string;
let evil: string;
let ran: string;
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
const repository = async (name: string, subject: string) => {
  const folder = join(root, name);
  await mkdir(folder);
  git(folder, 'init', '-q');
  await writeFile(join(folder, 'a.txt'), 'a');
  git(folder, 'add', '.');
  git(folder, 'commit', '-q', '-m', subject);
  return folder;
};
const ref = (name: string) => ({ name, root: join(root, name) });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.code as string,
  );

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'fleet-hostile-')));
  ran = join(root, 'ran');
  evil = join(root, 'evil.sh');
  await writeFile(evil, `#!/bin/sh\necho "$0 $@" >> ${ran}\nexit 0\n`);
  await chmod(evil, 0o755);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('programs named by a repository', () => {
  it('are not run: monitor, pager, hooks, signatures, editors, transports to fetch what is missing', async () => {
    const folder = await repository('armed', 'First');
    git(folder, 'checkout', '-q', '-b', 'overstory/b/t');
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'Second');
    git(folder, 'checkout', '-q', '-');
    const tree = git(folder, 'rev-parse', 'HEAD^{tree}').trim();
    // A commit whose parent is missing, in a repository that promises to fetch what is missing.
    const orphan = `tree ${tree}\nparent ${'1'.repeat(40)}\nauthor t <t@t> 0 +0000\ncommitter t <t@t> 0 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nSigned\n`;
    await writeFile(join(root, 'orphan'), orphan);
    const id = git(folder, 'hash-object', '-t', 'commit', '-w', '--literally', join(root, 'orphan')).trim();
    for (const [key, value] of [
      ['core.fsmonitor', evil],
      ['core.pager', evil],
      ['pager.log', evil],
      ['core.hooksPath', root],
      ['core.sshCommand', evil],
      ['core.askPass', evil],
      ['core.editor', evil],
      ['core.gitProxy', evil],
      ['core.alternateRefsCommand', evil],
      ['gpg.program', evil],
      ['log.showSignature', 'true'],
      ['diff.external', evil],
      ['credential.helper', evil],
      ['filter.x.clean', evil],
      ['alias.log', `!${evil}`],
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::${evil} %S`],
      ['remote.origin.uploadpack', evil],
      ['protocol.ext.allow', 'always'],
    ] as const)
      git(folder, 'config', key, value);
    await writeFile(join(folder, '.gitattributes'), '* filter=x diff=x');
    const product = ref('armed');
    expect(await look(product, folder, { kind: 'log', limit: 5 })).toMatchObject({
      text: expect.stringMatching(/First/),
    });
    await codeOf(requireGit(folder, 'armed'));
    await codeOf(branches({ folder, product } as Place));
    await writeFile(join(folder, '.git', 'refs', 'heads', 'overstory', 'b', 't'), `${id}\n`);
    await codeOf(branches({ folder, product } as Place));
    await writeFile(join(folder, '.git', 'HEAD'), `${id}\n`);
    await codeOf(look(product, folder, { kind: 'log', limit: 5 }));
    await codeOf(requireGit(folder, 'armed'));
    await codeOf(branches({ folder, product } as Place));
    expect(await readFile(ran, 'utf8').catch(() => 'nothing ran')).toBe('nothing ran');
  }, 60_000);
});

describe('a .git that leads elsewhere', () => {
  it.each([
    ['a link', (mine: string, other: string) => symlink(join(other, '.git'), join(mine, '.git'))],
    [
      'a file',
      (mine: string, other: string) => writeFile(join(mine, '.git'), `gitdir: ${join(other, '.git')}\n`),
    ],
  ])('%s shows no other repository', async (what, lead) => {
    const name = `mine-${what.replaceAll(' ', '-')}`;
    const other = await repository(`other-${name}`, 'Secret of the other product');
    const mine = await repository(name, 'Mine');
    await rm(join(mine, '.git'), { recursive: true });
    await lead(mine, other);
    expect(await codeOf(look(ref(name), mine, { kind: 'log', limit: 5 }))).toBe('PATH_ESCAPES');
  });

  it('a common folder elsewhere neither', async () => {
    const other = await repository('other-common', 'Secret of the other product');
    const mine = await repository('mine-common', 'Mine');
    await writeFile(join(mine, '.git', 'commondir'), `${join(other, '.git')}\n`);
    expect(await codeOf(look(ref('mine-common'), mine, { kind: 'log', limit: 5 }))).toBe('PATH_ESCAPES');
  });
});

it('a folder that becomes a link between the judging and the opening shows nothing from outside', async () => {
  const folder = join(root, 'race');
  const outside = join(root, 'outside');
  for (const at of [folder, outside, join(folder, 'd')]) await mkdir(at, { recursive: true });
  await writeFile(join(folder, 'd', 'f.txt'), 'inside');
  await writeFile(join(outside, 'f.txt'), 'SECRET');
  await symlink(outside, join(folder, 'link'));
  let on = true;
  const swapping = (async () => {
    while (on) {
      await rename(join(folder, 'd'), join(folder, 'kept'));
      await rename(join(folder, 'link'), join(folder, 'd'));
      await rename(join(folder, 'd'), join(folder, 'link'));
      await rename(join(folder, 'kept'), join(folder, 'd'));
      for (let turn = Math.random() * 20; turn > 0; turn--) await setImmediate();
    }
  })();
  const seen = new Map<string, number>();
  try {
    for (let n = 0; n < 3_000; n++) {
      const said = await look(ref('race'), folder, { kind: 'file', path: 'd/f.txt', maxBytes: 100 }).then(
        ({ text }) => text,
        (error) => error.code as string,
      );
      seen.set(said, (seen.get(said) ?? 0) + 1);
    }
  } finally {
    on = false;
    await swapping;
  }
  expect([...seen.keys()].filter((said) => !/^(inside|PATH_ESCAPES|LOOK_NOT_FOUND)$/.test(said))).toEqual([]);
  expect(seen.get('inside')).toBeGreaterThan(0);
}, 60_000);
