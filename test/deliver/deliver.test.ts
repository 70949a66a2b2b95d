// From a checkout to a remote and its forge: real git over smart HTTP, the real agent and the real deliverer, each a
// process of its own; the forge is test/support/forge-server.ts.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForgeKind } from '../../src/forge/kinds.ts';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { deliver } from '../../src/runtime/deliver/deliver.ts';
import { type Deliverer, delivererOver, type NotYet } from '../../src/runtime/deliver/deliverer.ts';
import { openMirror } from '../../src/runtime/deliver/mirror.ts';
import type { DeliverOrder, Glance, Watched } from '../../src/runtime/deliver/wire.ts';
import { connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';
import { commit, env, git, repository } from '../checkout/kinds.ts';
import { agentFile, fixtureOv } from '../runtime/workspace.ts';
import { forgeServer, forgeToken } from '../support/forge-server.ts';
import { type GitServer, gitServer } from '../support/git-server.ts';

const delivererFile = fileURLToPath(new URL('../../src/runtime/deliver/main.ts', import.meta.url));
const branch = 'fleet/obj-1';
let lab: string;
let server: GitServer;
let runtime: Runtime;
let bare: string;
let shop: { name: string; root: string };
let deliverer: Deliverer;

beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-deliver-')));
  const [projects, workspace, remotes] = ['projects', 'workspace', 'remotes'].map((name) =>
    join(lab, name),
  ) as [string, string, string];
  for (const folder of [projects, workspace, remotes]) await mkdir(folder);
  const source = await repository(join(projects, 'shop'));
  bare = join(remotes, 'shop.git');
  await git(lab, 'clone', '--quiet', '--bare', source, bare);
  await git(bare, 'config', 'http.receivepack', 'true');
  server = await gitServer(remotes, forgeToken);
  shop = { name: 'shop', root: join(workspace, 'shop') };
  await cloneFolder({ product: 'shop', root: shop.root, onProgress: () => {} }, source);
  await git(shop.root, 'config', 'user.email', 'builder@localhost');
  await git(shop.root, 'config', 'user.name', 'builder');
  const connected = Promise.withResolvers<void>();
  runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: {
        ...process.env,
        ...env,
        FLEET_WORKSPACE: workspace,
        FLEET_PROJECTS: projects,
        FLEET_OV: fixtureOv,
      },
      cwd: workspace,
    }),
  });
  runtime.on('connected', () => connected.resolve());
  await connected.promise;
  deliverer = delivererOver(
    localChannel({
      argv: [process.execPath, delivererFile],
      env: { ...process.env, ...env, FLEET_MIRRORS: join(lab, 'mirrors'), SHOP_TOKEN: forgeToken },
      cwd: lab,
    }),
  );
});
afterEach(async () => {
  await runtime.close();
  await server[Symbol.asyncDispose]();
  await rm(lab, { recursive: true, force: true });
});

const to = () => ({ remote: `${server.address}/shop.git`, token: 'SHOP_TOKEN', branch });
async function kept(): Promise<string> {
  await commit(shop.root, 'work.txt', `${Math.random()}\n`);
  return (await deliverer.keep(runtime, shop, to())) ?? 'nothing';
}
const order = (head: string, more: Partial<DeliverOrder> = {}): Omit<DeliverOrder, 'do'> => ({
  ...to(),
  product: 'shop',
  head,
  as: 'branch',
  base: null,
  pullRequest: null,
  ...more,
});
/** In this process: what is asked of git and of the forge is the same. */
async function direct(asked: Omit<DeliverOrder, 'do'>) {
  const mirror = await openMirror(join(lab, 'mirrors'), { ...asked, token: forgeToken });
  return deliver(mirror, { do: 'deliver', ...asked }, forgeToken);
}
const refs = async () => (await git(bare, 'for-each-ref', '--format=%(refname:short)')).split('\n');
const at = (name: string) => git(bare, 'rev-parse', name);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
const forge = (kind: ForgeKind) => forgeServer(kind, refs);
const asks = (kind: ForgeKind, api: string, more = {}) => ({
  forge: kind,
  api,
  repository: 'acme/shop',
  ...{ marker: '<!-- fleet: shop/obj-1 -->', earlier: null },
  title: 'Add the search box',
  body: 'What was asked.',
  draft: false,
  labels: ['agent'],
  reviewers: ['ann'],
  ...more,
});

test('a branch is kept once, and pushed once under its own name; nothing else of the remote changes', async () => {
  const main = await at('main');
  const head = await kept();
  expect(await refs()).toEqual(['main']);
  expect(await deliverer.keep(runtime, shop, to())).toBe(head);
  expect(await deliverer.deliver(order(head))).toMatchObject({ branch, base: 'main', pullRequest: null });
  expect([await at(branch), await at('main')]).toEqual([head, main]);
  server.asked.length = 0;
  await deliverer.deliver(order(head));
  expect(server.asked.filter((one) => one.startsWith('POST') && one.includes('receive-pack'))).toEqual([]);
});

test('kept while the remote is down, it is delivered when it answers', async () => {
  server.fails = 502;
  const head = await kept();
  expect(head).toMatch(/^[0-9a-f]{40}$/);
  expect(await codeOf(deliverer.deliver(order(head)))).toBe('DELIVER_REMOTE_UNREACHABLE');
  server.fails = null;
  await deliverer.deliver(order(head));
  expect(await at(branch)).toBe(head);
});

test('into the base goes forward only; what a human pushed meanwhile stays', async () => {
  const head = await kept();
  expect(await deliverer.deliver(order(head, { as: 'push' }))).toMatchObject({ branch: 'main' });
  expect(await at('main')).toBe(head);
  const human = join(lab, 'human');
  await git(lab, 'clone', '--quiet', bare, human);
  await commit(human, 'mine.txt', 'mine\n');
  await git(human, 'push', '--quiet', bare, 'HEAD:main');
  const theirs = await at('main');
  expect(await codeOf(deliverer.deliver(order(await kept(), { as: 'push' })))).toBe('DELIVER_DIVERGED');
  expect(await at('main')).toBe(theirs);
});

test('a protected branch, a wrong token, no base: each says what to mend', async () => {
  const head = await kept();
  const hook = join(bare, 'hooks/pre-receive');
  await execa('sh', [
    '-c',
    'printf \'#!/bin/sh\\necho "main is protected"; exit 1\\n\' > "$1"; chmod +x "$1"',
    'sh',
    hook,
  ]);
  expect(await codeOf(deliverer.deliver(order(head, { as: 'push' })))).toBe('DELIVER_PROTECTED');
  await rm(hook);
  expect(await codeOf(deliverer.deliver(order(head, { token: null })))).toBe('DELIVER_UNAUTHORIZED');
  expect(await codeOf(deliverer.deliver(order(head, { as: 'push', base: 'trunk' })))).toBe(
    'DELIVER_BASE_MISSING',
  );
  expect(await codeOf(deliverer.deliver(order('0'.repeat(40))))).toBe('DELIVER_NOT_KEPT');
  expect(await refs()).toEqual(['main']);
});

test('a limit of the forge comes through with its end', async () => {
  await using there = await forge('gitea');
  const wanted = order(await kept(), { as: 'pull-request', pullRequest: asks('gitea', there.api) });
  there.faults.push({ on: 'GET', when: 'before', status: 429, headers: { 'retry-after': '1800' } });
  const late = await deliverer.deliver(wanted).catch((error: unknown) => error);
  expect(late).toMatchObject({ code: 'FORGE_RATE_LIMITED', product: 'shop' });
  expect((late as NotYet).untilMs).toBeGreaterThan(Date.now() + 1_000_000);
  expect(await deliverer.deliver(wanted)).toMatchObject({ pullRequest: { number: 1 } });
});

test('a default branch that was renamed is where it goes', async () => {
  const head = await kept();
  await git(bare, 'branch', '--move', 'main', 'trunk');
  await git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
  expect(await deliverer.deliver(order(head, { as: 'push' }))).toMatchObject({ base: 'trunk' });
  expect(await at('trunk')).toBe(head);
});

describe.each(['github', 'gitea', 'gitlab'] as const)('a pull request on %s', (kind) => {
  test('is opened once with its labels and reviewers, and changed after', async () => {
    await using there = await forge(kind);
    const head = await kept();
    const first = await direct(order(head, { as: 'pull-request', pullRequest: asks(kind, there.api) }));
    expect(first).toMatchObject({ pullRequest: { number: 1, state: 'open' }, notes: [] });
    expect(there.pulls).toMatchObject([
      { head: branch, base: 'main', title: 'Add the search box', labels: ['agent'], reviewers: ['ann'] },
    ]);
    there.asked.length = 0;
    await direct(order(head, { as: 'pull-request', pullRequest: asks(kind, there.api) }));
    const again = asks(kind, there.api, { body: 'It was done again.', labels: [], reviewers: [] });
    await direct(order(await kept(), { as: 'pull-request', pullRequest: again }));
    expect(there.pulls).toHaveLength(1);
    expect(there.pulls[0]?.body).toBe('It was done again.\n\n<!-- fleet: shop/obj-1 -->');
  });

  test('after a crash between push and pull request, or an answer that was lost, there is exactly one', async () => {
    await using there = await forge(kind);
    const head = await kept();
    const wanted = order(head, { as: 'pull-request', pullRequest: asks(kind, there.api) });
    there.faults.push({ on: 'POST', when: 'before', status: 502 });
    expect(await codeOf(direct(wanted))).toBe('FORGE_UNAVAILABLE');
    expect([await at(branch), there.pulls]).toEqual([head, []]);
    there.faults.push({ on: 'POST', when: 'after', status: 502 });
    expect(await codeOf(direct(wanted))).toBe('FORGE_UNAVAILABLE');
    expect(there.pulls).toHaveLength(1);
    expect(await direct(wanted)).toMatchObject({ pullRequest: { number: 1, state: 'open' } });
    expect(there.pulls).toHaveLength(1);
  });

  test('one that a human merged or closed stays as it is', async () => {
    await using there = await forge(kind);
    const head = await kept();
    const wanted = (at: string) => order(at, { as: 'pull-request', pullRequest: asks(kind, there.api) });
    await direct(wanted(head));
    Object.assign(there.pulls[0] ?? {}, { state: 'closed' });
    expect(await direct(wanted(head))).toMatchObject({
      pullRequest: { number: 1, state: 'closed' },
    });
    Object.assign(there.pulls[0] ?? {}, { state: 'merged' });
    await git(bare, 'branch', '-D', branch);
    expect(await direct(wanted(head))).toMatchObject({
      pullRequest: { number: 1, state: 'merged' },
    });
    expect(there.pulls).toHaveLength(1);
    expect(await refs()).toEqual(['main']);
  });

  test('is watched by a request at a time, which says what is known', async () => {
    await using there = await forge(kind);
    const head = await kept();
    await direct(order(head, { as: 'pull-request', pullRequest: asks(kind, there.api) }));
    Object.assign(there.pulls[0] ?? {}, {
      checks: [
        { name: 'lint', state: 'failed' },
        { name: 'test', state: 'waiting' },
        { name: 'build', state: 'passed' },
      ],
      remarks: [
        { id: 1, by: 'ann', text: 'Not like this.', path: 'a.ts', line: null },
        { id: 2, by: 'ann', text: 'Off by one.', path: 'a.ts', line: 3 },
      ],
    });
    const etags = new Map<string, string | null>();
    let aspect: string | null = null;
    async function round(): Promise<Glance[]> {
      const seen: Glance[] = [];
      for (;;) {
        there.asked.length = 0;
        const asked = { ...asks(kind, there.api), product: 'shop', token: 'SHOP_TOKEN', number: 1, head };
        const { forge: on, api, repository, product, token, number } = asked;
        const looked: Watched = await deliverer.watch({
          ...{ forge: on, api, repository, product, token, number, head, aspect },
          etag: etags.get(aspect ?? '') ?? null,
        });
        expect(there.asked).toHaveLength(1);
        etags.set(looked.aspect, looked.etag);
        if (looked.glance) seen.push(looked.glance);
        aspect = looked.next;
        if (looked.last) return seen;
      }
    }
    const first = Object.assign({}, ...(await round()).filter(({ checks }) => checks?.length !== 0));
    expect(first).toMatchObject({ state: 'open', head: '0'.repeat(40) });
    expect(first.checks).toEqual([
      { name: 'lint', state: 'failed', url: `${there.api}/checks` },
      { name: 'test', state: 'waiting', url: `${there.api}/checks` },
      { name: 'build', state: 'passed', url: `${there.api}/checks` },
    ]);
    const again = await round();
    expect(again).toEqual([]);
    expect(there.asked[0]).toMatchObject({ status: 304, conditional: true });
    there.pulls[0]?.checks.pop();
    Object.assign(there.pulls[0] ?? {}, { state: 'merged' });
    expect(await round()).toEqual([
      expect.objectContaining({ state: 'merged' }),
      { checks: first.checks.slice(0, 2) },
    ]);
  });

  test('of work that it takes up is changed while it is open, and one of its own is opened after', async () => {
    await using there = await forge(kind);
    const first = await kept();
    const wanted = (head: string, more = {}) =>
      order(head, { as: 'pull-request', pullRequest: asks(kind, there.api, more), ...more });
    await direct(wanted(first));
    const earlier = { branch, marker: '<!-- fleet: shop/obj-1 -->' };
    await git(shop.root, 'checkout', '--quiet', '-b', 'again');
    await commit(shop.root, 'work.txt', 'mended\n');
    await git(shop.root, 'branch', 'fleet/obj-2');
    const head = (await deliverer.keep(runtime, shop, { ...to(), branch: 'fleet/obj-2' })) ?? '';
    const pullRequest = {
      ...asks(kind, there.api),
      marker: '<!-- fleet: shop/obj-2 -->',
      body: 'Mended.',
      earlier,
    };
    const again = order(head, { as: 'pull-request', branch: 'fleet/obj-2', pullRequest });
    expect(await direct(again)).toMatchObject({ branch, pullRequest: { number: 1 } });
    expect([await at(branch), there.pulls.length]).toEqual([head, 1]);
    expect(there.pulls[0]?.body).toBe(`Mended.\n\n${earlier.marker}`);
    Object.assign(there.pulls[0] ?? {}, { state: 'merged' });
    expect(await direct(again)).toMatchObject({ branch: 'fleet/obj-2', pullRequest: { number: 2 } });
  });

  test('a reviewer whom nobody knows is told, and the pull request is open', async () => {
    await using there = await forge(kind);
    const wanted = asks(kind, there.api, { reviewers: ['bob'] });
    const done = await direct(order(await kept(), { as: 'pull-request', pullRequest: wanted }));
    expect(done.pullRequest).toMatchObject({ number: 1 });
    expect(done.notes).toEqual([expect.stringMatching(/^Nobody was asked for a review: /)]);
  });

  test('a limit says until when; a wrong token and a page of HTML say what they are', async () => {
    await using there = await forge(kind);
    const head = await kept();
    const wanted = (more = {}) =>
      order(head, { as: 'pull-request', pullRequest: asks(kind, there.api), ...more });
    const resets = Math.ceil(Date.now() / 1_000) + 1_800;
    const limit: { status: number; headers: Record<string, string> } =
      kind === 'github'
        ? { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resets) } }
        : { status: 429, headers: { 'ratelimit-reset': String(resets) } };
    there.faults.push({ on: 'GET', when: 'before', body: '{"message":"limit"}', ...limit });
    const late = await direct(wanted()).catch((error: unknown) => error);
    expect(late).toMatchObject({ code: 'FORGE_RATE_LIMITED', resetAtMs: resets * 1_000 });
    there.faults.push({
      on: 'GET',
      when: 'before',
      status: 502,
      body: '<html><title>Bad gateway</title></html>',
    });
    const down = await direct(wanted()).catch((error: unknown) => error);
    expect(down).toMatchObject({
      code: 'FORGE_UNAVAILABLE',
      message: expect.stringContaining('502: Bad gateway'),
    });
    there.faults.push({
      on: 'GET',
      when: 'before',
      status: 403,
      body: '{"message":"Resource not accessible"}',
    });
    expect(await codeOf(direct(wanted()))).toBe('FORGE_FORBIDDEN');
    there.faults.push({ on: 'GET', when: 'before', status: 200, body: '{"unlike":"any"}' });
    expect(await codeOf(direct(wanted()))).toBe('FORGE_REPLY_INVALID');
    expect(there.pulls).toEqual([]);
  });
});
