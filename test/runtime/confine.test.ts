// Nothing leads out of the workspace, nor a look out of its product.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LookRequest } from '../../src/contract/runtime/look.ts';
import type { ProductRef } from '../../src/contract/runtime/protocol.ts';
import { pathInside, productFolder } from '../../src/runtime/agent/confine.ts';
import { refusalOf } from '../../src/runtime/agent/look.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
let product: ProductRef;
let outside: string;

beforeAll(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), 'fleet-outside-')));
  await writeFile(join(outside, 'secret.txt'), 'top secret');
  workspace = await createWorkspace();
  ({ runtime } = await workspace.connect());
  product = await workspace.addProduct('watched');
  await workspace.addProduct('neighbour');
  await writeFile(join(workspace.root, 'neighbour', 'notes.txt'), 'of the neighbour');
  const { root } = product;
  await mkdir(join(root, 'src', 'deep', 'deeper'), { recursive: true });
  await writeFile(join(root, 'README.md'), 'hällo '.repeat(100));
  await writeFile(join(root, 'src', 'deep', 'deeper', 'a.ts'), 'x');
  await writeFile(join(root, 'image.png'), Buffer.from([0x89, 0x50, 0x00, 0xff]));
  await writeFile(join(root, 'latin1.txt'), Buffer.from('caf\xe9 ol\xe9', 'latin1'));
  await writeFile(join(root, '.env'), 'KEY=1');
  await writeFile(join(root, '.env.example'), 'KEY=');
  await writeFile(join(root, '.overstory', 'mail.db'), 'SQLite');
  await symlink(outside, join(root, 'out'));
  await symlink(join(root, '.env'), join(root, 'harmless.txt'));
  await symlink('loop', join(root, 'loop'));
  await symlink(outside, join(workspace.root, 'linked'));
  execFileSync('/usr/bin/mkfifo', [join(root, 'pipe')]);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      stdio: 'ignore',
    });
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'First; $(touch pwned)');
});
afterAll(async () => {
  await workspace.remove();
  await rm(outside, { recursive: true, force: true });
});

const corpus = () => [
  '/etc/passwd',
  '..',
  '../neighbour/notes.txt',
  'src/../../neighbour',
  './../../../../../../etc/passwd',
  'out',
  'out/secret.txt',
  'out/../out/secret.txt',
  'loop',
  'README.md\0.png',
  `${product.root}/README.md`,
  'a'.repeat(300),
];

test('a look out of the product is refused', async () => {
  for (const path of corpus())
    for (const kind of ['file', 'tree'] as const)
      await expect(runtime.look(product, { kind, path }), `${kind} ${path}`).rejects.toMatchObject({
        code: 'PATH_ESCAPES',
        product: 'watched',
      });
});

test('a product outside the workspace is refused by every verb', async () => {
  const roots = [
    '/etc',
    workspace.root,
    `${workspace.root}/../x`,
    `${workspace.root}/linked`,
    'watched',
    '/x\0y',
  ];
  for (const root of [...roots, `${workspace.root}2/a`]) {
    const stray = { name: 'stray', root };
    const refused = { code: 'PATH_ESCAPES', product: 'stray' };
    await expect(runtime.ov(stray, 'status', {}), root).rejects.toMatchObject(refused);
    await expect(runtime.footprint([stray]), root).rejects.toMatchObject(refused);
    await expect(runtime.look(stray, { kind: 'tree' }), root).rejects.toMatchObject(refused);
    await expect(runtime.usage(stray, 0), root).rejects.toMatchObject(refused);
    expect((await runtime.snapshot([stray]))[0]?.error, root).toMatchObject(refused);
  }
});

test('whatever path is given, what comes back lies inside or is nothing', async () => {
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'src',
      'deep',
      'out',
      'loop',
      'neighbour',
      '\0',
      '~',
      'README.md',
      '.git',
      '%2e%2e',
      '..\\..',
    ),
    fc.string({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.boolean(), async (parts, absolute) => {
      const path = (absolute ? '/' : '') + parts.join('/');
      const inside = await pathInside('watched', product.root, path).catch((error) => {
        expect(error.code).toBe('PATH_ESCAPES');
        return null;
      });
      if (inside !== null) expect(`${inside}/`.startsWith(`${product.root}/`)).toBe(true);
      const ref = { name: 'p', root: absolute ? path : `${workspace.root}/${path}` };
      const folder = await productFolder(workspace.root, ref).catch((error) => {
        expect(error.code).toBe('PATH_ESCAPES');
        return null;
      });
      if (folder !== null) {
        expect(await realpath(folder)).toBe(folder);
        expect(folder.startsWith(`${workspace.root}/`)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

describe('look', () => {
  test('a tree shows names to its depth, links unfollowed, without git and databases', async () => {
    const { text, truncated } = await runtime.look(product, { kind: 'tree', depth: 2 });
    const lines = text.split('\n');
    expect(truncated).toBe(false);
    expect(lines).toEqual(
      expect.arrayContaining(['README.md', 'src/', '  deep/', 'out@', '.overstory/', '  config.yaml']),
    );
    expect(text).not.toMatch(/deeper|\.git|mail\.db|secret/);
  });

  test('a file is cut at its cap, and a character cut in half is left off', async () => {
    expect(await runtime.look(product, { kind: 'file', path: 'README.md', maxBytes: 2 })).toEqual({
      text: 'h',
      truncated: true,
    });
    expect(await runtime.look(product, { kind: 'file', path: '.env.example' })).toEqual({
      text: 'KEY=',
      truncated: false,
    });
  });

  test.each<[string, string]>([
    ['image.png', 'LOOK_NOT_TEXT'],
    ['latin1.txt', 'LOOK_NOT_TEXT'],
    ['pipe', 'LOOK_NOT_TEXT'],
    ['src', 'LOOK_NOT_TEXT'],
    ['nothing.md', 'LOOK_NOT_FOUND'],
    ['README.md/x', 'LOOK_NOT_FOUND'],
    ['.env', 'LOOK_REFUSED'],
    ['harmless.txt', 'LOOK_REFUSED'],
    ['.git/config', 'LOOK_REFUSED'],
    ['.overstory/mail.db', 'LOOK_REFUSED'],
  ])('the file %s is refused with %s', async (path, code) => {
    await expect(runtime.look(product, { kind: 'file', path })).rejects.toMatchObject({ code });
  });

  test('names of secrets', () => {
    for (const path of [
      '.env.local',
      'a/id_rsa',
      'server.PEM',
      '.ssh/config',
      'x/.aws/y',
      'credentials.json',
      '.npmrc',
    ])
      expect(refusalOf(path), path).toContain('secrets');
    for (const path of [
      'env.ts',
      'src/keys.ts',
      'docs/credentials-guide.md',
      'id.ts',
      '.gitignore',
      'db/schema.db',
    ])
      expect(refusalOf(path), path).toBeNull();
  });

  test('the log is that of the product itself, its subjects as they are', async () => {
    const { text } = await runtime.look(product, { kind: 'log' });
    expect(text).toMatch(/^[0-9a-f]+ First; \$\(touch pwned\)$/);
    const bare = workspace.ref('neighbour');
    await expect(runtime.look(bare, { kind: 'log' })).rejects.toMatchObject({ code: 'LOOK_NOT_FOUND' });
  });

  test('what is no look is refused', async () => {
    const what = { kind: 'exec', path: 'x' } as unknown as LookRequest;
    await expect(runtime.look(product, what)).rejects.toMatchObject({ code: 'AGENT_BAD_REQUEST' });
  });
});
