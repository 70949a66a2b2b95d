// A file that a report names is handed over whole, or with the reason why not: over a real agent, whatever its name says.
import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, open, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mostArtifactBytes } from '../../src/contract/runtime/artifact.ts';
import type { ProductRef } from '../../src/contract/runtime/protocol.ts';
import { productsFileSchema } from '../../src/registry/schema.ts';
import { openInside } from '../../src/runtime/agent/open-inside.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
let product: ProductRef;
let outside: string;
const maxBytes = 1024 * 1024;

beforeAll(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), 'fleet-outside-')));
  await writeFile(join(outside, 'notes.txt'), 'top secret');
  workspace = await createWorkspace();
  ({ runtime } = await workspace.connect());
  product = await workspace.addProduct('shop');
  await workspace.addProduct('neighbour');
  const { root } = product;
  await mkdir(join(root, 'shots'));
  await writeFile(join(root, 'shots', 'login.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]));
  await writeFile(join(root, 'empty.md'), '');
  await writeFile(join(root, '-rf; $(id) «ü».md'), 'hällo');
  await writeFile(join(root, '.env'), 'KEY=1');
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'config'), '[core]');
  await writeFile(join(root, '.overstory', 'mail.db'), 'SQLite');
  await symlink('shots/login.png', join(root, 'inside.png'));
  await symlink(join(outside, 'notes.txt'), join(root, 'out.txt'));
  await symlink(outside, join(root, 'out'));
  await symlink('/dev/zero', join(root, 'zero'));
  await symlink('.env', join(root, 'harmless.txt'));
  await symlink('loop', join(root, 'loop'));
  execFileSync('/usr/bin/mkfifo', [join(root, 'pipe')]);
  // Sparse: its size is its own word.
  const huge = await open(join(root, 'huge.bin'), 'w');
  await huge.truncate(8 * 1024 ** 4).catch(() => huge.truncate(8 * 1024 ** 3));
  await huge.close();
  await writeFile(join(root, 'one-too-many.bin'), Buffer.alloc(maxBytes + 1));
  await writeFile(join(root, 'just-so.bin'), Buffer.alloc(maxBytes, 7));
});
afterAll(async () => {
  await workspace.remove();
  await rm(outside, { recursive: true, force: true });
});

test.each<[string, string]>([
  ['shots/login.png', 'iVBORwD/'],
  ['./shots/../shots/login.png', 'iVBORwD/'],
  ['inside.png', 'iVBORwD/'],
  ['empty.md', ''],
  ['-rf; $(id) «ü».md', Buffer.from('hällo').toString('base64')],
])('%s is handed over whole', async (path, base64) => {
  expect(await runtime.artifact(product, { path, maxBytes })).toEqual({ base64 });
});

test('one of just the size that may be, and the largest that may ever be', async () => {
  expect(await runtime.artifact(product, { path: 'just-so.bin', maxBytes })).toEqual({
    base64: Buffer.alloc(maxBytes, 7).toString('base64'),
  });
  const bytes = Buffer.alloc(mostArtifactBytes, 'x');
  await writeFile(join(product.root, 'largest.bin'), bytes);
  const reply = await runtime.artifact(product, { path: 'largest.bin', maxBytes: mostArtifactBytes });
  expect('base64' in reply && Buffer.from(reply.base64, 'base64').equals(bytes)).toBe(true);
  // What products.yaml allows is what crosses.
  const of = (max_file_mb: number) =>
    productsFileSchema.safeParse({ products: [], artifacts: { max_file_mb } });
  expect(of(mostArtifactBytes / 1024 ** 2).success).toBe(true);
  expect(of(mostArtifactBytes / 1024 ** 2 + 1).success).toBe(false);
});

describe('refused in a word', () => {
  test.each<[string, string]>([
    ['nothing-there.png', 'missing'],
    ['shots/login.png/x', 'missing'],
    ['../neighbour/fixture.json', 'outside'],
    ['shots/../../neighbour/fixture.json', 'outside'],
    ['/etc/passwd', 'outside'],
    ['out.txt', 'outside'],
    ['out/notes.txt', 'outside'],
    ['zero', 'outside'],
    ['loop', 'outside'],
    ['a\0.png', 'outside'],
    ['x'.repeat(300), 'outside'],
    ['.', 'not-a-file'],
    ['shots', 'not-a-file'],
    ['pipe', 'not-a-file'],
    ['.env', 'private'],
    ['harmless.txt', 'private'],
    ['.git/config', 'private'],
    ['.overstory/mail.db', 'private'],
    ['huge.bin', 'too-large'],
    ['one-too-many.bin', 'too-large'],
  ])('%j: %s', async (path, refused) => {
    expect(await runtime.artifact(product, { path, maxBytes })).toMatchObject({ refused });
  });

  test('also where it is absolute and of the product itself', async () => {
    const path = join(product.root, 'empty.md');
    expect(await runtime.artifact(product, { path, maxBytes })).toMatchObject({ refused: 'outside' });
  });

  test('with the size of one that is too large', async () => {
    expect(await runtime.artifact(product, { path: 'one-too-many.bin', maxBytes })).toEqual({
      refused: 'too-large',
      bytes: maxBytes + 1,
    });
  });
});

test('a product outside the workspace is refused', async () => {
  const stray = { name: 'stray', root: outside };
  await expect(runtime.artifact(stray, { path: 'notes.txt', maxBytes })).rejects.toMatchObject({
    code: 'PATH_ESCAPES',
  });
});

test('a folder that has become a link outside after it was judged is not read through', async () => {
  const { root } = product;
  await mkdir(join(root, 'was'));
  await writeFile(join(root, 'was', 'notes.txt'), 'mine');
  const judged = join(root, 'was', 'notes.txt');
  const handle = await openInside(judged);
  expect(handle).not.toBe('moved');
  if (handle !== 'moved') await handle?.close();
  await rename(join(root, 'was'), join(root, 'kept'));
  await symlink(outside, join(root, 'was'));
  expect(await openInside(judged)).toBe('moved');
});

test('a hard link is a file of its own', async () => {
  await link(join(product.root, 'empty.md'), join(product.root, 'same.md'));
  expect(await runtime.artifact(product, { path: 'same.md', maxBytes })).toEqual({ base64: '' });
});
