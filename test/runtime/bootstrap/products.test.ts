// Real git, real folders and the simulator as `ov`.
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { featuresOf } from '../../../src/overstory/features.ts';
import { type Product, parseRegistry } from '../../../src/registry/index.ts';
import { prepareProducts } from '../../../src/runtime/bootstrap/index.ts';

const simulator = fileURLToPath(new URL('../../../src/simulator/ov-sim.ts', import.meta.url));
const features = featuresOf({ version: '0.10.3' });
const before = { ...process.env };
let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'fleet-prepare-'));
  const bin = join(workspace, '.bin');
  await mkdir(bin);
  await writeFile(join(bin, 'ov'), `#!/bin/sh\nexec '${process.execPath}' '${simulator}' "$@"\n`);
  await chmod(join(bin, 'ov'), 0o755);
  Object.assign(process.env, {
    PATH: `${bin}${delimiter}${before.PATH}`,
    GIT_CONFIG_GLOBAL: join(workspace, '.gitconfig'),
  });
  await writeFile(join(workspace, '.gitconfig'), '[user]\nname = tester\nemail = tester@localhost\n');
});
afterEach(async () => {
  for (const key of ['PATH', 'GIT_CONFIG_GLOBAL']) process.env[key] = before[key] ?? '';
  if (before.GIT_CONFIG_GLOBAL === undefined) delete process.env.GIT_CONFIG_GLOBAL;
  await rm(workspace, { recursive: true });
});

function products(yaml: string): Product[] {
  return parseRegistry(Buffer.from(yaml), { file: 'products.yaml', workspaceRoot: workspace }).products;
}
const prepare = (yaml: string, samples = true) => prepareProducts(products(yaml), { features, samples });
const commits = async (name: string) =>
  (await execa('git', ['-C', join(workspace, name), 'log', '--format=%s'])).stdout.split('\n');
async function repository(name: string) {
  const git = (...args: string[]) => execa('git', ['-C', join(workspace, name), ...args]);
  await mkdir(join(workspace, name));
  await git('init', '--quiet', '--initial-branch=main');
  await writeFile(join(workspace, name, 'README.md'), name);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'mine');
}

test('samples are made once, by type, committed and initialised; a second time does nothing', async () => {
  const yaml =
    'products:\n  - name: shop\n  - name: news\n    type: marketing\n  - name: desk\n    type: support\n';
  expect((await prepare(yaml)).map(({ product, done, error }) => ({ product, done, error }))).toEqual(
    ['shop', 'news', 'desk'].map((product) => ({
      product,
      done: ['created a sample', 'initialised overstory'],
      error: null,
    })),
  );
  expect(await readdir(join(workspace, 'news'))).toEqual(
    expect.arrayContaining(['.overstory', 'calendar.md']),
  );
  const config = join(workspace, 'shop', '.overstory', 'config.yaml');
  const mine = `${await readFile(config, 'utf8')}# mine\n`;
  await writeFile(config, mine);
  const history = await commits('shop');
  expect((await prepare(yaml)).flatMap(({ done, error }) => [...done, error])).toEqual([null, null, null]);
  expect(await readFile(config, 'utf8')).toBe(mine);
  expect(await commits('shop')).toEqual(history);
});

test('a watchdog.pid of a dead container goes, so that ov kills no stranger', async () => {
  await prepare('products:\n  - name: shop\n');
  const pid = join(workspace, 'shop', '.overstory', 'watchdog.pid');
  await writeFile(pid, String(process.pid));
  await prepare('products:\n  - name: shop\n');
  await expect(stat(pid)).rejects.toThrow('ENOENT');
});

test('a repo is cloned once, whole or not at all', async () => {
  await repository('origin');
  const yaml = `products:\n  - name: copy\n    repo: ${join(workspace, 'origin')}\n  - name: gone\n    repo: ${join(workspace, 'nowhere')}\n`;
  const [copy, gone] = await prepare(yaml, false);
  expect(copy).toMatchObject({ product: 'copy', error: null });
  expect(await commits('copy')).toContain('mine');
  expect(gone?.error).toMatchObject({ code: 'PRODUCT_CLONE_FAILED', product: 'gone' });
  expect((await readdir(workspace)).filter((name) => name.includes('clone') || name === 'gone')).toEqual([]);
  expect((await prepare(yaml, false))[0]?.done).toEqual([]);
});

describe('with the repositories of a human', () => {
  const projects = () => join(workspace, 'projects');
  const own = async (yaml: string, samples = false) => {
    const said: string[] = [];
    const { products: all } = parseRegistry(Buffer.from(yaml), {
      file: 'products.yaml',
      workspaceRoot: join(workspace, 'own'),
      projectsRoot: projects(),
    });
    const prepared = await prepareProducts(all, { features, samples, onProgress: (line) => said.push(line) });
    return prepared.map(({ product, done, error }) => [product, error?.code ?? done]);
  };
  beforeEach(async () => {
    await mkdir(projects());
    await repository('projects/shop');
  });

  test('each product gets a clone of its own, once, and the folder is not written', async () => {
    const yaml = 'products:\n  - name: shop\n';
    const shop = join(projects(), 'shop');
    expect(await own(yaml)).toEqual([['shop', [`cloned ${shop}`, 'initialised overstory']]]);
    expect(await readdir(shop)).toEqual(['.git', 'README.md']);
    expect(await commits('own/shop')).toEqual(['chore: initialize overstory and ecosystem tools', 'mine']);
    expect(await own(yaml)).toEqual([['shop', []]]);
  });

  test('a sample of a first look goes aside for the folder; the clone of another folder is kept and said', async () => {
    const { products: samples } = parseRegistry(Buffer.from('products:\n  - name: shop\n'), {
      file: 'products.yaml',
      workspaceRoot: join(workspace, 'own'),
    });
    await prepareProducts(samples, { features, samples: true });
    const [[, done] = []] = await own('products:\n  - name: shop\n');
    expect(String(done)).toMatch(/^moved what was at .*own\/shop to .*\.replaced-shop-\d+,cloned /);
    await rename(join(projects(), 'shop'), join(projects(), 'other'));
    await symlink(join(projects(), 'other'), join(projects(), 'shop'));
    expect(await own('products:\n  - name: shop\n')).toEqual([['shop', 'CHECKOUT_OF_ANOTHER']]);
  });

  test('in-place is the folder itself; what is missing is named where a human would put it', async () => {
    expect(await own('products:\n  - name: shop\n    checkout: in-place\n  - name: gone\n')).toEqual([
      ['shop', ['initialised overstory']],
      ['gone', 'PRODUCT_MISSING'],
    ]);
    expect(await readdir(join(projects(), 'shop'))).toContain('.overstory');
  });
});

test('each product that cannot be prepared says why, and none stops the next', async () => {
  await repository('whole');
  await mkdir(join(workspace, 'whole', 'part'));
  await mkdir(join(workspace, 'plain'));
  await writeFile(join(workspace, 'plain/notes.txt'), 'mine\n');
  await repository('last');
  const yaml =
    'products:\n  - name: missing\n  - name: plain\n  - name: inside\n    path: whole/part\n  - name: listed\n    path: plain2\n    overstory: false\n  - name: last\n';
  await mkdir(join(workspace, 'plain2'));
  expect((await prepare(yaml, false)).map(({ product, error }) => [product, error?.code])).toEqual([
    ['missing', 'PRODUCT_MISSING'],
    ['plain', 'PRODUCT_NOT_GIT'],
    ['inside', 'PRODUCT_NOT_GIT_ROOT'],
    ['listed', undefined],
    ['last', undefined],
  ]);
  expect(await readdir(join(workspace, 'plain2'))).toEqual([]);
  expect(await commits('whole')).toEqual(['mine']);
});
