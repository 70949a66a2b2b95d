// `npm start -- --projects <folder>`: which repositories are found there, offered and written down, by real git.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Questions } from '../../src/common/questions.ts';
import { findRepositories } from '../../src/products/find.ts';
import { readRegistry } from '../../src/registry/index.ts';
import { readTrialOptions } from '../../src/trial/options.ts';
import { ownProducts } from '../../src/trial/own-products.ts';
import { git, repository } from '../checkout/kinds.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder of repositories', () => {
  beforeEach(async () => {
    const shop = await repository(join(folder, 'Shop'));
    await repository(join(folder, 'blog'));
    await repository(join(folder, 'deep', 'below'));
    await git(shop, 'worktree', 'add', '--quiet', join(folder, 'linked'), '-b', 'next');
    await git(folder, 'init', '--quiet', '--bare', join(folder, 'bare'));
    await repository(join(folder, '.hidden'));
    mkdirSync(join(folder, 'papers'));
  });

  it('gives those that stand on their own, one level down', async () => {
    const { folders, passed } = await findRepositories(folder);
    expect(folders.map((at) => at.slice(folder.length + 1)).sort()).toEqual(['Shop', 'blog']);
    expect(passed.sort()).toEqual(['bare (bare)', 'linked (a worktree or submodule of another)']);
  });

  it('says what was meant where there are none', async () => {
    await expect(findRepositories(join(folder, 'Shop'))).rejects.toMatchObject({
      code: 'PRODUCTS_NONE_FOUND',
      mend: `Give its parent: --projects ${folder}`,
    });
    await expect(findRepositories(join(folder, 'papers'))).rejects.toMatchObject({
      code: 'PRODUCTS_NONE_FOUND',
    });
    await expect(findRepositories(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'PRODUCT_MISSING',
    });
  });

  const start = (questions: Questions | undefined, ...more: string[]) => {
    const said: string[] = [];
    const options = readTrialOptions(['--projects', folder, '--state', join(folder, '.fleet'), ...more]);
    return ownProducts(options, questions, (line) => said.push(line)).then((file) => ({ file, said }));
  };
  const named = async (file: string | null) =>
    (
      await readRegistry(file ?? '', {
        workspaceRoot: join(folder, '.fleet/checkouts'),
        projectsRoot: folder,
      })
    ).products.map(({ name, source }) => [name, source]);
  const picks = (answer: string[] | null): Questions => ({
    choose: () => Promise.reject(new Error('not asked')),
    text: () => Promise.reject(new Error('not asked')),
    pick: async (_, choices, initial) => {
      expect(initial.sort()).toEqual(choices.map(({ value }) => value).sort());
      return answer as never;
    },
  });

  it('is offered where no products.yaml names one of it, and asked once', async () => {
    const first = await start(picks(['blog']));
    expect(first.file).toBe(join(folder, '.fleet', 'products.yaml'));
    expect(await named(first.file)).toEqual([['blog', join(folder, 'blog')]]);
    const second = await start(undefined);
    expect(second.file).toBe(first.file);
  });

  it('is taken whole with --yes; without it and without a terminal the line is said', async () => {
    await expect(start(undefined)).rejects.toMatchObject({
      code: 'TRIAL_NEEDS',
      mend: expect.stringMatching(/--yes` takes all: (blog and shop|shop and blog)\./),
    });
    const file = join(folder, 'mine.yaml');
    const taken = await start(undefined, '--yes', '--products', file);
    expect(taken.file).toBe(file);
    expect((await named(file)).sort()).toEqual([
      ['blog', join(folder, 'blog')],
      ['shop', join(folder, 'Shop')],
    ]);
    // It is there now, and is what was named.
    expect((await start(undefined, '--products', file)).file).toBe(file);
  });

  it('is left alone by who goes away', async () => {
    expect((await start(picks(null))).file).toBeNull();
  });
});
