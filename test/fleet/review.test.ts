// `review: required`: what a session made goes nowhere until a human has taken it, by whichever way they say so. The real
// loop and journal over a fake runtime whose repository is a real one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../src/contract/source.ts';
import type { Deliver } from '../../src/registry/registry.ts';
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import { gatesText, surfaceFor } from '../../src/text/index.ts';
import { askedNothing, codeOf, product, registry, testFleet } from '../support/fleet.ts';

const ada: Source = { via: 'webchat', sender: 'ada', thread: null };
const model: Source = { via: 'model', sender: 'main', thread: null };
const deliver: Deliver = {
  ...{ as: 'branch', remote: 'https://example.org/acme/shop.git', token: null, base: null },
  ...{ onFailedChecks: null, webhook: null, forgeAt: null, pullRequest: null },
};
let root: string;
let repository: string;
let t: ReturnType<typeof testFleet>;
/** what the deliverer was asked to bring out; it answers none of them while `silent` */
let orders: string[];
let silent: boolean;

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=agents', '-c', 'user.email=a@a', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  }).trim();
function commit(file: string, text: string, subject: string): void {
  writeFileSync(join(repository, file), text);
  git('add', '--all');
  git('commit', '-q', '-m', subject);
}
const deliverer: Deliverer = {
  ...askedNothing,
  keep: async () => git('rev-parse', 'HEAD'),
  async deliver({ branch, head }) {
    orders.push(branch);
    if (silent) return new Promise(() => {});
    return { head, branch, base: 'main', pullRequest: null, notes: [] };
  },
};
function open(wanted: Deliver | null = deliver, world?: typeof t) {
  t = testFleet({
    registry: registry([product('shop', { deliver: wanted, review: 'required' })]),
    file: join(root, 'journal.db'),
    deliverer,
    ...(world && { world }),
  });
  t.fake.product('shop').repository = repository;
  return t;
}
beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-review-')));
  repository = join(root, 'shop');
  execFileSync('git', ['init', '-q', '-b', 'main', repository]);
  commit('button.css', 'color: blue\n', 'Begin');
  orders = [];
  silent = false;
});
afterEach(async () => {
  await t.fleet.close();
  rmSync(root, { recursive: true, force: true });
});

/** An objective whose session commits this, unless it is null, and is done. */
async function made(text: string | null): Promise<string> {
  await t.clock.settle();
  const { id } = t.start('shop', 'Make the button green');
  await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
  if (text !== null) commit('button.css', text, `Do ${id} [not approved]`);
  t.fake.mailFrom('shop', { subject: 'Run complete', body: 'It is done, I think.' });
  await t.until(() => t.journal.liveSession('shop') === null);
  await t.clock.settle();
  return id;
}
const review = () => t.fleet.gates.list(null, false);
const approve = (n = 1) => t.fleet.gates.resolve(n, 'approved', '', ada, 'gateway');
const view = (id: string) => t.fleet.commands.objective(id);

describe('done work', () => {
  it('is asked about with its size and files, and goes nowhere meanwhile', async () => {
    open();
    const id = await made('color: green\n');
    expect(review()).toMatchObject([
      {
        ...{ n: 1, kind: 'review', product: 'shop', objective: id, asker: 'fleetd' },
        subject: 'obj-1 on shop waits for your review: 1 file, +1 -1, 1 commit.',
      },
    ]);
    expect(review()[0]?.text).toMatch(/^1 file, \+1 -1, 1 commit\nbutton.css \+1 -1\n.*Do obj-1/);
    const chat = gatesText(surfaceFor({ kind: 'chat', channel: 'slack', nowMs: t.clock.nowMs() }), review());
    expect(chat).toMatch(/```[^`]*Do obj-1[^`]*```/);
    expect(chat).toMatch(/approve 1.*taken, and delivered.*reject 1.*diff obj-1/);
    expect(chat).not.toContain('answer 1');
    await t.clock.advance(3_600_000);
    expect(orders).toEqual([]);
    expect(view(id)).toMatchObject({
      state: 'done',
      why: expect.stringContaining(
        'It waits for your review: gate 1. Once it is taken, it goes to its remote',
      ),
      delivery: { state: 'waiting', says: 'It waits for your review: gate 1.' },
    });
    expect(await codeOf(() => t.fleet.delivery.deliver(id, ada))).toBe('DELIVER_NOT_TAKEN');
    const told = t.fleet.outbox.due(0).map(({ kind, gate, text }) => `${kind} ${gate}: ${text}`);
    expect(told).toContainEqual(
      'waiting 1: Gate 1: obj-1 on shop waits for your review: 1 file, +1 -1, 1 commit.',
    );
  });

  it('asks nothing where nothing was made, nor where no review is wanted', async () => {
    open(null);
    await made(null);
    expect(review()).toEqual([]);
    t.setRegistry(registry([product('shop', { deliver })]));
    await made('color: green\n');
    expect([review(), orders]).toEqual([[], ['fleet/obj-2']]);
  });

  it('whose size cannot be told is asked about all the same', async () => {
    open();
    t.fake.product('shop').repository = null;
    await made('color: green\n');
    expect(review()).toMatchObject([{ kind: 'review', subject: 'obj-1 on shop waits for your review.' }]);
  });

  it('keeps nobody from the next, which says what it stands on', async () => {
    open();
    await made('color: green\n');
    // The model too: it is no session's question.
    t.fleet.commands.start({ ...asked, source: model });
    await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
    commit('button.css', 'color: red\n', 'Red');
    t.fake.mailFrom('shop', { subject: 'Run complete', body: 'Red.' });
    await t.until(() => review().length === 2);
    expect(review()[1]?.text).toMatch(
      /^It may hold what obj-1 made, too, which nobody has taken yet \(gate 1\)\.\n/,
    );
  });
});
const asked = { product: 'shop', text: 'And red', acceptance: null, needs: [], idempotencyKey: null };

describe('taken', () => {
  it.each([
    ['by the gate', () => approve()],
    ['by accept-work', () => t.fleet.judgement.accept('obj-1', ada, 'gateway')],
  ])('%s it is delivered, once, and both say the same', async (_way, take) => {
    open();
    const id = await made('color: green\n');
    take();
    expect(review()).toEqual([]);
    expect(t.fleet.gates.get(1)).toMatchObject({ state: 'approved', resolution: { by: 'ada' } });
    expect(view(id).judged).toMatchObject({ verdict: 'accepted', by: 'ada' });
    await t.clock.advance(1_000);
    approve();
    t.fleet.judgement.accept(id, ada, 'gateway');
    await t.clock.advance(3_600_000);
    expect(orders).toEqual(['fleet/obj-1']);
    expect(view(id).delivery).toMatchObject({ state: 'done' });
    expect(t.journal.eventsOf(id, 'work.accepted')).toHaveLength(1);
    expect(t.journal.eventsOf(id, 'gate.resolved')).toHaveLength(1);
    expect(t.fleet.delivery.deliver(id, ada).text).toMatch(/delivered again/);
  });

  it('and a crash between the answer and the delivery delivers it once', async () => {
    open();
    const id = await made('color: green\n');
    approve();
    // The row is there, nothing of the loop has run.
    expect(orders).toEqual([]);
    t.crash();
    open(deliver, t);
    await t.clock.advance(60_000);
    expect(orders).toEqual(['fleet/obj-1']);
    expect(view(id).delivery).toMatchObject({ state: 'done' });
    t.crash();
    open(deliver, t);
    await t.clock.advance(60_000);
    expect(orders).toEqual(['fleet/obj-1']);
  });

  it('and one in the middle of it asks for the same again; one before the answer holds it still', async () => {
    open();
    await made('color: green\n');
    t.crash();
    open(deliver, t);
    await t.clock.advance(60_000);
    expect(orders).toEqual([]);
    silent = true;
    approve();
    await t.clock.advance(1_000);
    t.crash();
    silent = false;
    open(deliver, t);
    await t.clock.advance(60_000);
    expect(orders).toEqual(['fleet/obj-1', 'fleet/obj-1']);
    expect(t.journal.deliveriesOf('obj-1')).toMatchObject([{ id: 'deliver-1', state: 'done' }]);
  });
});

describe('not taken', () => {
  it.each([
    ['by the gate', () => void t.fleet.gates.resolve(1, 'rejected', 'it is still blue', ada, 'gateway')],
    ['by rework', () => t.fleet.judgement.rework('obj-1', 'it is still blue', ada, 'gateway')],
  ])('%s an objective takes it up, in one transaction, and nothing is delivered', async (_way, refuse) => {
    open();
    const id = await made('color: green\n');
    await refuse();
    expect(review()).toEqual([]);
    expect(t.fleet.gates.get(1)).toMatchObject({
      state: 'rejected',
      resolution: { text: 'it is still blue' },
    });
    expect(view(id)).toMatchObject({
      judged: { verdict: 'sent-back', next: 'obj-2' },
      delivery: { state: 'failed', says: 'It was not taken, and goes nowhere.' },
    });
    const { text } = t.journal.objective('obj-2') ?? {};
    expect(text).toContain('it is still blue');
    expect(text).toContain('> 1 file, +1 -1, 1 commit\n> button.css +1 -1');
    await t.clock.advance(60_000);
    expect(orders).toEqual([]);
    expect(await codeOf(() => t.fleet.delivery.deliver(id, ada))).toBe('DELIVER_NOT_TAKEN');
    expect(t.fleet.outbox.due(0).filter(({ kind }) => kind === 'trouble')).toEqual([]);
    // A human may think again: what was kept is delivered when they say so.
    t.fleet.judgement.accept(id, ada, 'gateway');
    t.fleet.delivery.deliver(id, ada);
    await t.clock.advance(1_000);
    expect(orders).toEqual(['fleet/obj-1']);
  });

  it('it may be reverted, which answers the gate', async () => {
    open();
    const id = await made('color: green\n');
    await t.fleet.judgement.revert(id, ada, 'gateway');
    expect(t.fleet.gates.get(1)).toMatchObject({ state: 'rejected' });
    await t.clock.advance(60_000);
    expect([orders, git('show', 'HEAD:button.css')]).toEqual([[], 'color: blue']);
  });

  it('is said with words, and by a human', async () => {
    open(null);
    const id = await made('color: green\n');
    const answer = (verdict: 'approved' | 'rejected' | 'answered', text: string, who = ada) =>
      codeOf(() => t.fleet.gates.resolve(1, verdict, text, who, 'gateway'));
    expect(await answer('rejected', '')).toBe('TEXT_EMPTY');
    expect(await answer('answered', 'nice')).toBe('GATE_VERDICT');
    expect([await answer('approved', '', model), await answer('rejected', 'no', model)]).toEqual([
      'HUMAN_ONLY',
      'HUMAN_ONLY',
    ]);
    expect(review()).toHaveLength(1);
    expect(view(id).judged).toBeUndefined();
    // Without `deliver:` too it is taken, and that is all.
    expect(await answer('approved', 'thank you')).toBe('done');
    expect([review(), view(id).judged?.verdict, view(id).delivery]).toEqual([[], 'accepted', undefined]);
    expect(await answer('rejected', 'no')).toBe('GATE_CLOSED');
  });
});
