// A folder that a product cannot have: each kind is named with a code and the mend that fits, in a look and in doctor.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProductRef } from '../../src/contract/runtime/protocol.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { git, kinds, repository } from '../checkout/kinds.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
beforeAll(async () => {
  workspace = await createWorkspace();
  ({ runtime } = await workspace.connect());
});
afterAll(() => workspace?.remove());

const kind = (name: string, at: string) => (kinds[name] as (at: string) => Promise<string>)(at);

test.each<[string, string, RegExp, (at: string) => Promise<string>]>([
  ['a folder that is not there', 'PRODUCT_MISSING', /Put it there/, async (at) => join(at, 'gone')],
  [
    'one that is no repository',
    'PRODUCT_NOT_GIT',
    /git init/,
    async (at) => {
      await mkdir(join(at, 'plain'));
      await writeFile(join(at, 'plain/notes.txt'), 'mine\n');
      return join(at, 'plain');
    },
  ],
  [
    'one that is empty',
    'PRODUCT_EMPTY',
    /Mount it again.*git init/,
    async (at) => {
      await mkdir(join(at, 'plain'));
      return join(at, 'plain');
    },
  ],
  [
    'one inside a larger repository',
    'PRODUCT_NOT_GIT_ROOT',
    /top of the repository/,
    async (at) => {
      await mkdir(join(await repository(join(at, 'mono')), 'services/billing'), { recursive: true });
      return join(at, 'mono/services/billing');
    },
  ],
  ['a bare one', 'PRODUCT_BARE', /git clone/, (at) => kind('bare', at)],
  [
    'a linked worktree',
    'PRODUCT_IS_WORKTREE',
    /\/main as the product/,
    (at) => kind('a linked worktree', at),
  ],
  [
    'a worktree whose repository is elsewhere',
    'PRODUCT_WORKTREE_AWAY',
    /main checkout/,
    async (at) => {
      const folder = await kind('a linked worktree', at);
      await rename(join(at, 'main'), join(at, 'moved'));
      return folder;
    },
  ],
  ['one that is not initialised', 'OV_NOT_INITIALISED', /git switch/, (at) => repository(join(at, 'r'))],
  [
    'a branch without .overstory',
    'OV_NOT_INITIALISED',
    /git switch/,
    async (at) => {
      const folder = await kind('overstory of the old way', at);
      await git(folder, 'add', '-f', '.overstory/config.yaml');
      await git(folder, 'commit', '--quiet', '-m', 'scaffold');
      await git(folder, 'switch', '--quiet', '-c', 'hotfix', 'HEAD~1');
      return folder;
    },
  ],
])('%s is %s', async (name, code, mend, make) => {
  const at = join(workspace.root, name.replaceAll(' ', '-'));
  await mkdir(at);
  const product: ProductRef = { name: 'shop', root: await make(at) };
  const [seen] = await runtime.snapshot([product], { fresh: true });
  expect(seen).toMatchObject({
    health: code === 'PRODUCT_MISSING' ? 'missing' : 'uninitialised',
    error: { code, product: 'shop', message: expect.stringContaining(product.root) },
  });
  expect(seen?.error?.mend).toMatch(mend);
  if (code === 'PRODUCT_BARE') expect(seen?.error?.mend).not.toContain('git init');
  const found = await runtime.doctor([product], false);
  expect(found.filter((one) => one.product === 'shop')).toEqual([
    {
      check: 'repository',
      product: 'shop',
      state: 'failed',
      says: expect.stringContaining(code),
      mend: seen?.error?.mend,
    },
  ]);
  await rm(at, { recursive: true });
});

test('one whose .overstory goes while it is looked at is gone, not without a coordinator; back, it is as it was', async () => {
  const product = await workspace.addProduct('goes', { mode: 'goes' });
  await repository(product.root);
  const [seen] = await runtime.snapshot([product]);
  expect(seen).toMatchObject({ health: 'uninitialised', error: { code: 'OV_NOT_INITIALISED' } });

  const inside = join(product.root, '.overstory');
  await rm(inside, { recursive: true });
  await rename(join(product.root, '.away'), inside);
  await writeFile(join(product.root, 'fixture.json'), JSON.stringify({ mode: 'ok' }));
  const [back] = await runtime.snapshot([product]);
  expect(back).toMatchObject({ health: 'ok', coordinator: { state: 'working' } });
});
