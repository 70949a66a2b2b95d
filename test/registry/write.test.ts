// How products.yaml is written: the old file or the new one, whatever comes between, and the former version beside it.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Change } from '../../src/registry/splice.ts';
import { draftChange, requireWritable, writeDraft } from '../../src/registry/write.ts';
import { until } from '../simulator/ov.ts';

const before = '# mine\nproducts:\n  - name: shop   # first\n';
const after = `${before}  - name: blog\n`;
const roots = { workspaceRoot: '/workspace', projectsRoot: null };
const addBlog: Change = { kind: 'add', product: { name: 'blog' } };
const writer = fileURLToPath(new URL('../../src/registry/write.ts', import.meta.url));

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-'));
  file = join(folder, 'products.yaml');
  writeFileSync(file, before);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const text = (name = 'products.yaml') => readFileSync(join(folder, name), 'utf8');
const add = async (change: Change = addBlog) => writeDraft(await draftChange(file, roots, change));

it('keeps the former version beside it, and its mode', async () => {
  chmodSync(file, 0o640);
  const { former } = await add();
  expect([text(), readFileSync(former, 'utf8')]).toEqual([after, before]);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  await add({ kind: 'remove', name: 'blog' });
  expect([text(), text('products.yaml.before')]).toEqual([before, after]);
  expect(readdirSync(folder).sort()).toEqual(['products.yaml', 'products.yaml.before']);
});

it('keeps a link, and writes what it leads to', async () => {
  const link = join(folder, 'link.yaml');
  symlinkSync(file, link);
  await writeDraft(await draftChange(link, roots, addBlog));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(text()).toBe(after);
});

it('writes nothing over what somebody else has saved meanwhile', async () => {
  const draft = await draftChange(file, roots, addBlog);
  writeFileSync(file, `${before}# saved by an editor\n`);
  await expect(writeDraft(draft)).rejects.toMatchObject({ code: 'REGISTRY_BUSY' });
  expect(text()).toBe(`${before}# saved by an editor\n`);
  expect(existsSync(`${file}.draft`)).toBe(false);
});

it('of many at once each is whole or refused', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `p-${n}`);
  const ends = await Promise.allSettled(names.map((name) => add({ kind: 'add', product: { name } })));
  const written = names.filter((_, n) => ends[n]?.status === 'fulfilled');
  expect(written.length).toBeGreaterThan(0);
  for (const end of ends)
    if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'REGISTRY_BUSY' });
  for (const name of names) expect(text().includes(`- name: ${name}\n`)).toBe(written.includes(name));
});

it('refuses what would not be valid, by line and column', async () => {
  await expect(
    draftChange(file, roots, { kind: 'edit', name: 'shop', path: ['priority'], value: 'highest' }),
  ).rejects.toMatchObject({
    code: 'REGISTRY_INVALID',
    message: expect.stringContaining('line 4, column 15'),
    mend: expect.stringContaining('nothing was written'),
  });
  expect(text()).toBe(before);
});

it('says that the file is closed, before anybody is asked', async () => {
  chmodSync(file, 0o444);
  await expect(requireWritable(file)).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
  await expect(add()).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
  expect(text()).toBe(before);
});

it('loses nothing when it is killed between writing and renaming', async () => {
  // The copy of the former version waits for a reader that does not come: the new one is written by then.
  execFileSync('mkfifo', [`${file}.before.draft`]);
  const program = `
    import { draftChange, writeDraft } from ${JSON.stringify(writer)};
    await writeDraft(await draftChange(${JSON.stringify(file)}, ${JSON.stringify(roots)}, ${JSON.stringify(addBlog)}));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await until(
    () => existsSync(`${file}.draft`) && text('products.yaml.draft'),
    (written) => written === after,
  );
  child.kill('SIGKILL');
  await gone;
  expect(text()).toBe(before);
  rmSync(`${file}.before.draft`);
  // Whether its writer is still at it cannot be told at once.
  await expect(add()).rejects.toMatchObject({ code: 'REGISTRY_BUSY' });
  utimesSync(`${file}.draft`, 0, 0);
  await add();
  expect([text(), text('products.yaml.before')]).toEqual([after, before]);
  expect(existsSync(`${file}.draft`)).toBe(false);
});
