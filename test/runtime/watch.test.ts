// A write by SQLite wakes the watcher; reading does not.

import { readFile, rename, rm } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Runtime } from '../../src/runtime/index.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

let workspace: Workspace;
let runtime: Runtime;
let changes: string[] = [];

beforeAll(async () => {
  workspace = await createWorkspace();
  ({ runtime } = await workspace.connect());
  runtime.on('changed', (product) => changes.push(product));
});
afterAll(() => workspace.remove());

const write = (file: string) => {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES (1)');
  return database;
};
const until = (product: string) =>
  vi.waitFor(() => expect(changes).toContain(product), { timeout: 5_000, interval: 10 });

test('a change is looked at behind all else, what somebody waits for is not', async () => {
  const product = await workspace.addProduct('behind');
  const mine = getPriority();
  const nice = async () => (await readFile(join(product.root, 'nice.log'), 'utf8')).trim().split('\n');
  await runtime.snapshot([product]);
  expect(await nice()).toEqual([`${Math.max(10, mine)} status`]);
  await runtime.snapshot([product], { fresh: true });
  await runtime.ov(product, 'run.current', {});
  expect((await nice()).slice(1)).toEqual([`${mine} status`, `${mine} run`]);
});

test('pushes a change for a write, also one that stays in the -wal, and none for a read', async () => {
  const product = await workspace.addProduct('written');
  const bell = await workspace.addProduct('bell');
  const file = join(product.root, '.overstory', 'mail.db');
  write(file).close();
  await runtime.watch([product, bell]);

  // Inserted and left open: only the -wal grows.
  changes = [];
  const held = write(file);
  await until('written');
  changes = [];
  held.close();
  await until('written');

  // The first look has its disk counted, which rings once: before a look shows the count.
  const look = () => runtime.snapshot([product], { fresh: true });
  const counted = { timeout: 20_000, interval: 50 };
  await vi.waitFor(async () => expect(JSON.stringify(await look())).toMatch(/"diskBytes":\d/), counted);

  // A change by another product rings after everything that the reads could have caused.
  await runtime.watch([]);
  await runtime.watch([product, bell]);
  changes = [];
  for (let n = 0; n < 5; n += 1) {
    const reader = new DatabaseSync(file);
    reader.prepare('SELECT count(*) FROM t').get();
    reader.close();
  }
  await look();
  for (let round = 0; round < 2; round += 1) {
    write(join(bell.root, '.overstory', `bell-${round}.db`)).close();
    await until('bell');
    expect(changes).not.toContain('written');
    changes = [];
  }
});

test('notices an .overstory that is made, and one that is replaced, after watching began', async () => {
  const product = await workspace.addProduct('reborn');
  const inside = join(product.root, '.overstory');
  await rename(inside, `${inside}-later`);
  await runtime.watch([product]);
  changes = [];
  await rename(`${inside}-later`, inside);
  await until('reborn');

  await rm(inside, { recursive: true });
  changes = [];
  await until('reborn');
  changes = [];
  await workspace.addProduct('reborn');
  await until('reborn');
  changes = [];
  write(join(inside, 'sessions.db')).close();
  await until('reborn');
});

test('what is not watched any more is silent', async () => {
  const quiet = await workspace.addProduct('unwatched');
  const bell = await workspace.addProduct('still-watched');
  await runtime.watch([quiet, bell]);
  await runtime.watch([bell]);
  changes = [];
  write(join(quiet.root, '.overstory', 'mail.db')).close();
  write(join(bell.root, '.overstory', 'mail.db')).close();
  await until('still-watched');
  expect(changes).not.toContain('unwatched');
});

test('a product outside the workspace is refused and the others are still heard', async () => {
  const product = await workspace.addProduct('heard');
  await expect(runtime.watch([product, { name: 'out', root: '/etc' }])).rejects.toMatchObject({
    code: 'PATH_ESCAPES',
    product: 'out',
  });
  changes = [];
  write(join(product.root, '.overstory', 'mail.db')).close();
  await until('heard');
});
