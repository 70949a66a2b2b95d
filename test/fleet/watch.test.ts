// An open pull request is looked at, one request at a time, until it is merged or closed; what is new is kept and shown.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { tuning } from '../../src/fleet/index.ts';
import { NotYet } from '../../src/runtime/deliver/deliverer.ts';
import { objectiveText, productText, surfaceFor } from '../../src/text/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { aspects, check, deliver, forge, remark, url } from '../support/watched-forge.ts';

async function opened(more: { file?: string; objectives?: number } = {}) {
  const there = forge();
  const t = testFleet({
    registry: registry([product('shop', { deliver })]),
    deliverer: there.deliverer,
    ...(more.file && { file: more.file }),
  });
  await t.clock.settle();
  for (let n = 1; n <= (more.objectives ?? 1); n++) {
    const { id } = t.start('shop', 'Add the search box');
    await t.clock.advance(1_000);
    t.fake.mailFrom('shop', { subject: `Run complete: [${id}]`, body: 'All is in.' });
    t.fake.changed('shop');
    await t.clock.advance(30_000);
    expect(t.fleet.commands.objective(id).delivery?.state).toBe('done');
  }
  return { ...t, ...there, request: (id = 'obj-1') => t.fleet.commands.objective(id).delivery?.request };
}
const round = tuning.watchMs * aspects.length;

it('its checks and what reviewers write are shown in terminal and chat, as theirs', async () => {
  const t = await opened();
  t.shows.runs = { checks: [check('lint', 'failed'), check('test', 'waiting')] };
  t.shows.reviews = { remarks: [remark('comment-1', 'Off by ```one``` <!channel>')] };
  await t.clock.advance(round * 2);
  expect(t.request()).toMatchObject({
    ...{ number: 12, url, state: 'open', unseen: null },
    checks: [check('lint', 'failed'), check('test', 'waiting')],
    remarks: [{ by: 'ann', text: expect.stringContaining('Off by') }],
  });
  const shown = (kind: 'chat' | 'terminal') => surfaceFor({ kind, channel: 'slack', nowMs: t.clock.nowMs() });
  const objective = objectiveText(shown('terminal'), t.fleet.commands.objective('obj-1'));
  expect(objective).toContain('pull request 12 is open: 1 check failed (lint), 1 waits');
  expect(objective).toContain('  | ann on a.ts:3: Off by');
  const chat = objectiveText(shown('chat'), t.fleet.commands.objective('obj-1'));
  expect(chat.match(/```/g)).toHaveLength(4);
  expect(chat).not.toContain('<!channel>');
  expect(
    productText(shown('terminal'), t.fleet.status('shop'), t.fleet.status('shop').products[0] as never),
  ).toMatch(/obj-1 +pull request 12 is open: 1 check failed/);
  // Nobody is told: products.yaml does not ask for it.
  expect(t.fleet.outbox.due(0).filter(({ text }) => text.includes('check'))).toEqual([]);
});

it('by one request a tick, whatever is open, with what is known; nothing new is no fact', async () => {
  const t = await opened({ objectives: 3 });
  const before = t.asked.length;
  await t.clock.advance(tuning.watchMs * 12);
  const asked = t.asked.slice(before);
  expect(asked.length).toBeLessThanOrEqual(13);
  expect(new Set(asked.map(({ number }) => number))).toEqual(new Set([12, 13, 14]));
  const seq = t.journal.lastSeq();
  await t.clock.advance(round * 4);
  expect(t.journal.lastSeq()).toBe(seq);
  expect(t.asked.at(-1)).toMatchObject({ token: 'SHOP_TOKEN', etag: expect.stringContaining('{') });
  // Quiet for a day, it is looked at every ten minutes.
  await t.clock.advance(86_400_000);
  const quiet = t.asked.length;
  await t.clock.advance(3_600_000);
  expect(t.asked.length - quiet).toBeLessThanOrEqual(7);
  expect(t.asked.length - quiet).toBeGreaterThanOrEqual(5);
}, 60_000);

it('not before a limit of the forge ends, rarer while it is down, and says so', async () => {
  const t = await opened();
  const untilMs = t.clock.nowMs() + 1_800_000;
  t.faults.push(
    new NotYet(
      { code: 'FORGE_RATE_LIMITED', message: 'Got its limit.', mend: 'It is tried again.' },
      untilMs,
    ),
  );
  await t.clock.advance(tuning.watchMs);
  const before = t.asked.length;
  expect(t.request()?.unseen).toMatch(/^Got its limit\. Tried again at /);
  await t.clock.advance(untilMs - t.clock.nowMs() - 1_000);
  expect(t.asked).toHaveLength(before);
  const down = () => new FleetError({ code: 'FORGE_UNAVAILABLE', message: '502.', mend: 'Nothing.' });
  t.faults.push(down(), down(), down(), down());
  await t.clock.advance(tuning.watchMs * 8);
  expect(t.asked.length - before).toBeLessThanOrEqual(3);
  await t.clock.advance(1_800_000);
  expect(t.request()?.unseen).toBeNull();
});

it.each(['merged', 'closed'] as const)('until it is %s', async (state) => {
  const t = await opened();
  t.shows.request = { state };
  await t.clock.advance(round * 2);
  expect(t.request()).toMatchObject({ state });
  const before = t.asked.length;
  await t.clock.advance(86_400_000);
  expect(t.asked).toHaveLength(before);
  expect(t.journal.eventsOf('obj-1', 'pull-request.ended')).toHaveLength(1);
  expect(t.fleet.status('shop').products[0]?.pullRequests).toBeUndefined();
});

it('what somebody pushed has checks of its own', async () => {
  const t = await opened();
  t.shows.runs = { checks: [check('lint', 'failed')] };
  await t.clock.advance(round * 2);
  expect(t.request()?.checks).toHaveLength(1);
  const pushed = 'b'.repeat(40);
  t.shows.request = { state: 'open', head: pushed };
  t.shows.runs = { checks: [] };
  await t.clock.advance(round * 2);
  expect(t.asked.at(-1)).toMatchObject({ head: pushed });
  expect(t.request()?.checks).toEqual([]);
});

it('after a quiet day, a webhook has it look at once', async () => {
  const t = await opened();
  await t.clock.advance(86_400_000);
  const before = t.asked.length;
  await t.clock.advance(tuning.watchMs);
  expect(t.asked.length - before).toBeLessThanOrEqual(1);
  const seen = t.asked.length;
  t.fleet.lookNow('shop');
  await t.clock.advance(tuning.watchMs);
  expect(t.asked.length).toBeGreaterThan(seen);
  await t.clock.advance(round);
  expect(t.asked.length - seen).toBeGreaterThanOrEqual(aspects.length);
}, 60_000);

it('goes on after a restart, and tells nothing twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'journal.db');
  const first = await opened({ file });
  first.shows.runs = { checks: [check('lint', 'failed')] };
  first.shows.reviews = { remarks: [remark('comment-1', 'No.')] };
  await first.clock.advance(round * 2);
  const facts = first.journal.eventsOf('obj-1', 'pull-request.remarked').length;
  first.crash();
  const t = testFleet({
    registry: registry([product('shop', { deliver })]),
    ...{ deliverer: first.deliverer, file, world: first },
  });
  const before = first.asked.length;
  await t.clock.advance(round * 2);
  expect(first.asked.length).toBeGreaterThan(before);
  expect(first.asked[before]).toMatchObject({ aspect: null, etag: null });
  expect(t.journal.eventsOf('obj-1', 'pull-request.remarked')).toHaveLength(facts);
  expect(t.fleet.commands.objective('obj-1').delivery?.request?.checks).toEqual([check('lint', 'failed')]);
});

it('is not looked at when products.yaml wants no pull requests any more', async () => {
  const t = await opened();
  t.setRegistry(registry([product('shop', { deliver: null })]));
  await t.clock.settle();
  const before = t.asked.length;
  await t.clock.advance(3_600_000);
  expect(t.asked).toHaveLength(before);
});
