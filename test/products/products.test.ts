// What is said of a repository and proposed for it: by real git, on real folders.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { describe as look } from '../../src/products/describe.ts';
import { entryOf } from '../../src/products/entry.ts';
import { propose } from '../../src/products/propose.ts';
import { readValue } from '../../src/products/values.ts';
import { describeWords } from '../../src/products/words.ts';
import { commit, repository } from '../checkout/kinds.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a look', () => {
  it('tells branch, size, language, .overstory and what is worth knowing', async () => {
    const at = await repository(join(folder, 'Web_Shop'), 'trunk');
    mkdirSync(join(at, 'src'));
    await commit(at, 'src/index.ts', 'export const shop = 1;\n'.repeat(20));
    writeFileSync(join(at, 'README.md'), 'half done\n');
    const about = await look('Web_Shop', folder);
    expect(about).toMatchObject({
      at,
      kind: 'folder',
      branch: 'trunk',
      size: { files: 2 },
      written: { language: 'TypeScript' },
      overstory: false,
      cautions: [{ code: 'PRODUCT_UNCOMMITTED' }],
    });
    expect(propose(about, ['web-shop'])).toEqual({ name: 'web-shop-2', type: 'code', weight: 1 });
    const [first, second] = describeWords(about);
    expect(first).toMatch(/Web_Shop: branch trunk; 2 files, 1 KiB; mostly TypeScript; no \.overstory yet/);
    expect(second).toContain('PRODUCT_UNCOMMITTED: Agents see what is committed');
  });

  it('tells a folder of texts from a program', async () => {
    const at = await repository(join(folder, 'content-blog'));
    await commit(at, 'post.md', 'words\n'.repeat(500));
    await commit(at, 'build.sh', 'exit 0\n');
    expect(propose(await look(at, folder), [])).toMatchObject({ type: 'marketing', weight: 1 });
  });

  it('asks an address for its branch', async () => {
    const at = await repository(join(folder, 'far'), 'develop');
    const about = await look(`file://${at}`, folder);
    expect(about).toMatchObject({ kind: 'address', branch: 'develop', size: null, cautions: [] });
    expect(entryOf(about, propose(about, []), { projectsFolder: null, sameMachine: false })).toEqual({
      name: 'far',
      repo: `file://${at}`,
    });
  });

  test.each([
    ['nothing', 'PRODUCT_MISSING', 'an address such as'],
    ['plain-folder', 'PRODUCT_NOT_GIT', 'git init'],
    ['whole/part', 'PRODUCT_NOT_GIT_ROOT', 'paths: [part]'],
    ['https://me:secret@host/x.git', 'BAD_ADDRESS', 'without a password'],
  ])('of %s says %s', async (given, code, words) => {
    mkdirSync(join(folder, 'plain-folder'));
    await repository(join(folder, 'whole'));
    mkdirSync(join(folder, 'whole', 'part'));
    const error = await look(given, folder).then(
      () => null,
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code, product: null });
    expect(`${error.message} ${error.mend}`).toContain(words);
    expect(`${error.message} ${error.mend}`).not.toContain('secret');
  });
});

test('a name is made of an address, whatever it looks like', () => {
  const nameOf = (at: string) => propose({ at, written: null } as never, []).name;
  expect(
    [
      'git@host:you/Blog.git',
      'https://h/Ünïcode & Söhne.git',
      '/x/---',
      '/x/.dotfiles',
      `/x/${'long-'.repeat(20)}`,
    ].map(nameOf),
  ).toEqual(['blog', 'u-ni-code-so-hne', 'product', 'dotfiles', 'long-long-long-long-long-long-long-long-l']);
});

test('where agents see no folder of this machine, only what lies in PROJECTS_DIR is taken', async () => {
  const at = await repository(join(folder, 'code', 'team', 'shop'));
  const about = await look(at, folder);
  const as = { name: 'shop', type: 'support', weight: 2 };
  const bundle = (projectsFolder: string | null) => ({ projectsFolder, sameMachine: false });
  expect(entryOf(about, as, bundle(join(folder, 'code')))).toEqual({
    name: 'shop',
    path: 'team/shop',
    type: 'support',
    resource_weight: 2,
  });
  expect(() => entryOf(about, as, bundle(join(folder, 'other')))).toThrow(
    expect.objectContaining({ code: 'PATH_ESCAPES' }),
  );
  expect(() => entryOf(about, as, bundle(null))).toThrow(expect.objectContaining({ code: 'PATH_ESCAPES' }));
  expect(entryOf(about, as, { projectsFolder: null, sameMachine: true })).toMatchObject({ repo: at });
});

test.each([
  ['priority=high', ['priority'], 'high'],
  ['caps.max_workers=3', ['caps', 'max_workers'], 3],
  ['channels=[webchat, "slack:#shop"]', ['channels'], ['webchat', 'slack:#shop']],
  ['description=Shop: the web one', ['description'], 'Shop: the web one'],
  ['description=#1 of *all*', ['description'], '#1 of *all*'],
  ['overstory=false', ['overstory'], false],
  ['priority=', ['priority'], undefined],
  ['review=default', ['review'], undefined],
])('%s is read as YAML', (word, path, value) => {
  expect(readValue(word)).toEqual({ path, value });
});

test.each(['priority', 'Priority=1', '=1', 'name=other'])('%s is no change', (word) => {
  expect(() => readValue(word)).toThrow(expect.objectContaining({ code: 'BAD_USAGE' }));
});
