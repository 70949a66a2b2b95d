// What a checkout holds of disk is counted beside everything else, and asked for again only when it is old.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDiskUse } from '../../src/runtime/agent/disk-use.ts';
import { until } from '../simulator/ov.ts';

const mib = 1024 ** 2;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleet-disk-'));
});
afterEach(() => rm(root, { recursive: true }));

it('is told when it is first known, and when it has changed by a tenth', async () => {
  let nowMs = 0;
  const told: string[] = [];
  const use = createDiskUse(
    (product) => told.push(product),
    () => nowMs,
  );
  const shop = { name: 'shop', root };
  await mkdir(join(root, 'deep'));
  await writeFile(join(root, 'deep', 'a.bin'), Buffer.alloc(10 * mib, 1));
  expect(use.of(shop)).toBeNull();
  const first = await until(
    () => use.of(shop),
    (bytes) => bytes !== null,
  );
  expect((first ?? 0) / mib).toBeCloseTo(10, 0);
  expect(told).toEqual(['shop']);
  // Nobody counts again for the asking.
  await writeFile(join(root, 'b.bin'), Buffer.alloc(5 * mib, 1));
  expect(use.of(shop)).toBe(first);
  nowMs = 700_000;
  expect(use.of(shop)).toBe(first);
  const second = await until(
    () => use.of(shop),
    (bytes) => bytes !== first,
  );
  expect((second ?? 0) / mib).toBeCloseTo(15, 0);
  await until(
    () => told,
    (all) => all.length === 2,
  );
});

it('is not known of a folder that is not there', async () => {
  const told: string[] = [];
  const use = createDiskUse((product) => told.push(product));
  const [gone, shop] = [
    { name: 'gone', root: join(root, 'gone') },
    { name: 'shop', root },
  ];
  expect([use.of(gone), use.of(shop)]).toEqual([null, null]);
  await until(
    () => use.of(shop),
    (bytes) => bytes !== null,
  );
  expect(use.of(gone)).toBeNull();
  expect(told).toEqual(['shop']);
});
