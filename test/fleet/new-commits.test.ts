// What a human commits while a session works is offered to its coordinator: once for each newest commit, when it can hear.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const every = tuning.newCommitsMs;
const news = (letter: string) => ({ commit: letter.repeat(40), text: `main has commits up to ${letter}.` });
const own = { checkout: 'own', source: '/projects/shop' } as const;

async function atWork(
  more: { file?: string; checkout?: 'in-place'; world?: Parameters<typeof testFleet>[0]['world'] } = {},
) {
  const { file, world, ...checkout } = more;
  const t = testFleet({
    registry: registry([product('shop', { ...own, ...checkout })]),
    ...(file && { file }),
    ...(world && { world }),
  });
  await t.clock.settle();
  const offered = () =>
    t.fake.product('shop').received.flatMap(({ subject }) => /NEW COMMITS (.)/.exec(subject)?.[1] ?? []);
  return { ...t, offered };
}
const begin = async (t: Awaited<ReturnType<typeof atWork>>) => {
  t.start('shop', 'Add the search box');
  await t.clock.advance(1_000);
};

it('each newest commit once, also over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-news-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'fleet.db');
  const t = await atWork({ file });
  await begin(t);
  expect(t.fake.count('news')).toBe(0);
  await t.clock.advance(every);
  expect(t.offered()).toEqual([]);
  t.fake.product('shop').news = news('a');
  await t.clock.advance(3 * every);
  expect(t.offered()).toEqual(['a']);
  const [told] = t.fake.product('shop').received.slice(-1);
  expect(told).toMatchObject({ subject: '[obj-1.2] NEW COMMITS aaaaaaaaaaaa', body: news('a').text });
  t.fake.product('shop').news = news('b');
  await t.clock.advance(every);
  expect(t.offered()).toEqual(['a', 'b']);
  t.crash();

  const looks = t.fake.count('news');
  const again = await atWork({ file, world: t });
  onTestFinished(() => again.fleet.close());
  await again.clock.advance(2 * every);
  expect(again.fake.count('news')).toBeGreaterThan(looks);
  expect(again.offered()).toEqual(['a', 'b']);
});

it('not while something is asked of a human, but afterwards', async () => {
  const t = await atWork();
  onTestFinished(() => t.fleet.close());
  await begin(t);
  t.fake.mailFrom('shop', { subject: 'PLAN [obj-1] add it', body: 'One lead. Approve?', type: 'question' });
  t.fake.product('shop').news = news('a');
  await t.clock.advance(2 * every);
  expect(t.fake.count('news')).toBeGreaterThan(0);
  expect(t.offered()).toEqual([]);
  const [gate] = t.fleet.gates.list('shop', false);
  t.fleet.gates.resolve(gate?.n ?? 0, 'approved', '', t.source, 'operator');
  await t.clock.advance(2 * every);
  expect(t.offered()).toEqual(['a']);
});

it('not where agents work in the human’s own folder, nor where nothing runs', async () => {
  const t = await atWork({ checkout: 'in-place' });
  onTestFinished(() => t.fleet.close());
  t.fake.product('shop').news = news('a');
  await t.clock.advance(2 * every);
  await begin(t);
  await t.clock.advance(2 * every);
  expect(t.fake.count('news')).toBe(0);
});
