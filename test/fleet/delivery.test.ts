// What is to be delivered: intended with the end of its session, settled once, told, and kept over restarts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { tuning } from '../../src/fleet/index.ts';
import type { Deliver } from '../../src/registry/registry.ts';
import { type Deliverer, NotYet } from '../../src/runtime/deliver/deliverer.ts';
import { askedNothing, product, registry, testFleet } from '../support/fleet.ts';

const head = 'a'.repeat(40);
const human = { via: 'cli', sender: 'tester', thread: null } as const;
const deliver: Deliver = {
  as: 'pull-request',
  remote: 'https://github.com/acme/shop.git',
  token: 'SHOP_TOKEN',
  base: null,
  onFailedChecks: null,
  forgeAt: null,
  webhook: null,
  pullRequest: {
    forge: 'github',
    api: 'https://api.github.com',
    repository: 'acme/shop',
    draft: false,
    labels: [],
    reviewers: [],
  },
};
const url = 'https://github.com/acme/shop/pull/12';
const down = () =>
  new FleetError({
    code: 'FORGE_UNAVAILABLE',
    message: 'Expected an answer, got 502.',
    mend: 'Nothing to do.',
  });

/** A fleet whose only objective is done. @param answers  what each order comes to, in turn; then: delivered */
async function done(answers: (Error | 'never')[], more: { file?: string; wanted?: Deliver | null } = {}) {
  const orders: Parameters<Deliverer['deliver']>[0][] = [];
  const deliverer: Deliverer = {
    ...askedNothing,
    keep: async () => head,
    async deliver(order) {
      orders.push(order);
      const answer = answers.shift();
      if (answer === 'never') return new Promise(() => {});
      if (answer !== undefined) throw answer;
      const request = { number: 12, url, state: 'open' as const };
      return { head, branch: order.branch, base: 'main', pullRequest: request, notes: [] };
    },
  };
  const wanted = more.wanted === undefined ? deliver : more.wanted;
  const t = testFleet({
    registry: registry([product('shop', { deliver: wanted })]),
    deliverer,
    ...(more.file && { file: more.file }),
  });
  await t.clock.settle();
  t.start('shop', 'Add the search box @ann, fixes #7\n```\nand more');
  await t.clock.advance(1_000);
  t.fake.mailFrom('shop', {
    subject: 'Run complete: [obj-1]',
    body: 'All is in.',
  });
  t.fake.changed('shop');
  await t.clock.advance(30_000);
  expect(t.fleet.commands.objective('obj-1').state).toBe('done');
  return {
    ...t,
    orders,
    deliverer,
    view: () => t.fleet.commands.objective('obj-1').delivery,
    notices: () => t.fleet.outbox.due(0).map(({ kind, text }) => `${kind}: ${text}`),
  };
}

it('once, with the words of human and worker in blocks, and is told with its address', async () => {
  const t = await done([]);
  expect(t.orders).toHaveLength(1);
  expect(t.orders[0]).toMatchObject({
    product: 'shop',
    branch: 'fleet/obj-1',
    head,
    pullRequest: { title: 'Add the search box @ann, fixes #7', marker: '<!-- fleet: shop/obj-1 -->' },
  });
  const body = t.orders[0]?.pullRequest?.body ?? '';
  expect(body).toContain('````text\nAdd the search box @ann, fixes #7\n```\nand more\n````');
  expect(body).toContain('All is in.');
  expect(t.view()).toMatchObject({ state: 'done', says: expect.stringContaining(url), url });
  await t.clock.advance(60_000);
  expect(t.notices()).toContainEqual(`done: obj-1 on shop: pull request 12 into main is open: ${url}`);
});

it('by backoff while the forge is down, and not before a limit of its ends', async () => {
  const limit = new NotYet(
    { code: 'FORGE_RATE_LIMITED', message: 'Expected room, got its limit.', mend: 'It is tried again.' },
    Date.parse('2026-01-05T20:00:00Z'),
  );
  const t = await done([down(), down(), down()]);
  await t.clock.advance(tuning.deliveryRetryMs * 3);
  expect(t.orders).toHaveLength(3);
  expect(t.view()).toMatchObject({ state: 'waiting', says: expect.stringContaining('502') });
  await t.clock.advance(tuning.deliveryRetryMs * 4);
  expect(t.view()).toMatchObject({ state: 'done' });

  const limited = await done([limit]);
  await limited.clock.advance(Math.max(0, limit.untilMs - limited.clock.nowMs() - 1_000));
  expect(limited.orders).toHaveLength(1);
  await limited.clock.advance(2_000);
  expect(limited.orders).toHaveLength(2);
});

it('a refusal is told with its mend, and delivered again when a human says so; the model may not', async () => {
  const refusal = new FleetError({
    code: 'DELIVER_PROTECTED',
    message: 'Expected the remote to take it, got its refusal.',
    mend: 'Allow it there.',
  });
  const t = await done([refusal]);
  expect(t.view()).toMatchObject({ state: 'failed', says: expect.stringContaining('Allow it there.') });
  await t.clock.advance(60_000);
  expect(t.notices()).toContainEqual(expect.stringMatching(/^trouble: obj-1 on shop was not delivered/));
  expect(() => t.fleet.delivery.deliver('obj-1', { ...human, via: 'model' })).toThrow(
    expect.objectContaining({ code: 'HUMAN_ONLY' }),
  );
  expect(t.fleet.delivery.deliver('obj-1', human).text).toMatch(/delivered again/);
  await t.clock.settle();
  expect(t.orders).toHaveLength(2);
  expect(t.view()).toMatchObject({ state: 'done' });
});

it('a human who cannot wait has it tried now', async () => {
  const t = await done([down(), down(), down()]);
  const before = t.orders.length;
  await t.clock.settle();
  expect(t.orders).toHaveLength(before);
  t.fleet.delivery.deliver('obj-1', human);
  await t.clock.settle();
  expect(t.orders).toHaveLength(before + 1);
});

it('after a crash in the middle it is asked for again, with the same commit and marker', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-delivery-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'journal.db');
  const first = await done(['never'], { file });
  expect(first.orders).toHaveLength(1);
  first.crash();
  const second = testFleet({
    registry: registry([product('shop', { deliver })]),
    deliverer: first.deliverer,
    file,
    world: first,
  });
  await second.clock.advance(1_000);
  expect(first.orders).toHaveLength(2);
  expect(first.orders[1]).toEqual(first.orders[0]);
  expect(second.fleet.commands.objective('obj-1').delivery).toMatchObject({ state: 'done', url });
});

it('without `deliver:` nothing goes anywhere, and a word about it says so', async () => {
  const t = await done([], { wanted: null });
  expect([t.orders, t.view()]).toEqual([[], undefined]);
  expect(() => t.fleet.delivery.deliver('obj-1', human)).toThrow(
    expect.objectContaining({ code: 'DELIVER_NOTHING_KEPT' }),
  );
});
