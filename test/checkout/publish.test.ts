// A branch on its way from a checkout into the human's repository, by the real agent and the real publisher, each a
// process of its own. What arrives is one branch; all else of the folder is as it was.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeBundle } from '../../src/runtime/checkout/bundle.ts';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { connectRuntime, localChannel, type Runtime } from '../../src/runtime/index.ts';
import { acceptBranch } from '../../src/runtime/publish/accept.ts';
import { publisherOver } from '../../src/runtime/publish/publisher.ts';
import { agentFile, fixtureOv } from '../runtime/workspace.ts';
import { commit, env, fingerprint, git, kinds, repository } from './kinds.ts';

const publisherFile = fileURLToPath(new URL('../../src/runtime/publish/main.ts', import.meta.url));
let lab: string;
let projects: string;
let workspace: string;
let runtime: Runtime | null = null;
const before = { ...process.env };
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-publish-')));
  projects = join(lab, 'projects');
  workspace = join(lab, 'workspace');
  await mkdir(projects);
  await mkdir(workspace);
  Object.assign(process.env, env);
});
afterEach(async () => {
  await runtime?.close();
  runtime = null;
  for (const key of Object.keys(env)) {
    if (before[key] === undefined) delete process.env[key];
    else process.env[key] = before[key];
  }
  await rm(lab, { recursive: true, force: true });
});

async function link(): Promise<Runtime> {
  const connected = Promise.withResolvers<void>();
  runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: { ...process.env, FLEET_WORKSPACE: workspace, FLEET_PROJECTS: projects, FLEET_OV: fixtureOv },
      cwd: workspace,
    }),
  });
  runtime.on('connected', () => connected.resolve());
  await connected.promise;
  return runtime;
}
const publisher = () =>
  publisherOver(
    localChannel({
      argv: [process.execPath, publisherFile],
      env: { ...process.env, FLEET_PROJECTS: projects },
      cwd: projects,
    }),
  );
async function product(source: string, name = 'shop') {
  const root = join(workspace, name);
  await cloneFolder({ product: name, root, onProgress: () => {} }, source);
  return { name, root, source };
}
/** What a session does: a worker's branch, merged. */
async function work(root: string, file = 'work.txt', text = 'done\n') {
  await git(root, 'checkout', '--quiet', '-b', `overstory/builder/${file}`);
  await commit(root, file, text);
  await git(root, 'checkout', '--quiet', '-');
  await git(root, 'merge', '--quiet', '--no-ff', '--no-edit', `overstory/builder/${file}`);
}
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'taken',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('into each kind of repository a done objective comes as a branch, and nothing else changes', () => {
  test.each(Object.entries(kinds))('%s', async (_, make) => {
    const source = await make(projects);
    const shop = await product(source);
    const was = await fingerprint(source);
    await work(shop.root);
    const far = await link();
    expect(await publisher().publish(far, shop, 'fleet/obj-1')).toMatchObject({
      branch: 'fleet/obj-1',
      commits: 2,
      written: true,
    });
    expect(await git(source, 'show', 'fleet/obj-1:work.txt')).toBe('done');
    expect(await git(source, 'rev-parse', 'fleet/obj-1')).toBe(await git(shop.root, 'rev-parse', 'HEAD'));
    expect(await fingerprint(source)).toEqual(was);
    // once more, as after a crash between the effect and its row
    expect(await publisher().publish(far, shop, 'fleet/obj-1')).toMatchObject({ written: false });
    expect(await fingerprint(source)).toEqual(was);
  });
});

test('what nobody worked on publishes nothing', async () => {
  const source = await repository(join(projects, 'shop'));
  const shop = await product(source);
  const far = await link();
  expect(await publisher().publish(far, shop, 'fleet/obj-1')).toBeNull();
  await commit(shop.root, '.gitattributes', 'of overstory\n');
  expect(await publisher().publish(far, shop, 'fleet/obj-1')).toBeNull();
});

test('a branch larger than a part arrives whole', async () => {
  const source = await repository(join(projects, 'shop'));
  const shop = await product(source);
  const { randomBytes } = await import('node:crypto');
  const big = randomBytes(20 * 1024 * 1024);
  await writeFile(join(shop.root, 'big.bin'), big);
  await git(shop.root, 'add', 'big.bin');
  await git(shop.root, 'commit', '--quiet', '-m', 'big');
  await publisher().publish(await link(), shop, 'fleet/obj-2');
  expect(Number(await git(source, 'cat-file', '-s', 'fleet/obj-2:big.bin'))).toBe(big.length);
});

test('a source that has lost what the branch stands on gets it with all of its history', async () => {
  const source = await repository(join(projects, 'shop'));
  await commit(source, 'will-go.txt', 'x\n');
  const shop = await product(source);
  await work(shop.root);
  await git(shop.root, 'repack', '-ad', '--quiet');
  await git(source, 'reset', '--quiet', '--hard', 'HEAD~1');
  await git(source, 'reflog', 'expire', '--expire=now', '--all');
  await rm(join(shop.root, '.git/objects/info/alternates'));
  await git(source, 'gc', '--quiet', '--prune=now');
  expect(await publisher().publish(await link(), shop, 'fleet/obj-3')).toMatchObject({ written: true });
  expect(await git(source, 'show', 'fleet/obj-3:will-go.txt')).toBe('x');
});

describe('refused, with the folder as it was', () => {
  async function delivery(branch = 'fleet/obj-1') {
    const source = await repository(join(projects, 'shop'));
    const shop = await product(source);
    await work(shop.root);
    const made = await makeBundle('shop', shop.root, { branch, whole: false });
    if (made === null) throw new Error('Expected a bundle, got none.');
    const file = join(shop.root, '.git/fleet', `${branch}.bundle`);
    return { shop, delivery: { product: 'shop', source, branch, head: made.head, file } };
  }

  test('a bundle of another branch, or with one beside it', async () => {
    const { shop, delivery: asked } = await delivery();
    const was = await fingerprint(asked.source);
    await git(shop.root, 'bundle', 'create', '--quiet', asked.file, 'main');
    expect(await refusal(acceptBranch(projects, asked))).toBe('PUBLISH_NOT_THE_BRANCH');
    await git(shop.root, 'bundle', 'create', '--quiet', asked.file, 'fleet/obj-1', 'main');
    expect(await refusal(acceptBranch(projects, asked))).toBe('PUBLISH_NOT_THE_BRANCH');
    await writeFile(asked.file, 'no bundle');
    expect(await refusal(acceptBranch(projects, asked))).toBe('PUBLISH_NOT_THE_BRANCH');
    expect(await fingerprint(asked.source)).toEqual(was);
  });

  test('a branch that the human is on', async () => {
    const { delivery: asked } = await delivery();
    await git(asked.source, 'checkout', '--quiet', '-b', 'fleet/obj-1');
    const at = await git(asked.source, 'rev-parse', 'HEAD');
    expect(await refusal(acceptBranch(projects, asked))).toBe('PUBLISH_CHECKED_OUT');
    expect(await git(asked.source, 'rev-parse', 'HEAD')).toBe(at);
  });

  test('a branch that has commits of its own: it is never forced', async () => {
    const { delivery: asked } = await delivery();
    await git(asked.source, 'checkout', '--quiet', '-b', 'fleet/obj-1');
    await commit(asked.source, 'mine.txt', 'mine\n');
    const at = await git(asked.source, 'rev-parse', 'HEAD');
    await git(asked.source, 'checkout', '--quiet', 'main');
    expect(await refusal(acceptBranch(projects, asked))).toBe('PUBLISH_DIVERGED');
    expect(await git(asked.source, 'rev-parse', 'fleet/obj-1')).toBe(at);
  });

  test('a folder outside of the repositories', async () => {
    const { delivery: asked } = await delivery();
    const outside = await repository(join(lab, 'outside'));
    expect(await refusal(acceptBranch(projects, { ...asked, source: outside }))).toBe('PUBLISH_ESCAPES');
    expect(await refusal(acceptBranch(projects, { ...asked, source: join(projects, '..', 'outside') }))).toBe(
      'PUBLISH_ESCAPES',
    );
  });

  test('git’s own refusal is told in its words: a branch called fleet is in the way', async () => {
    const { delivery: asked } = await delivery();
    await git(asked.source, 'branch', 'fleet');
    await expect(acceptBranch(projects, asked)).rejects.toMatchObject({
      code: 'PUBLISH_REFUSED',
      message: expect.stringContaining('refs/heads/fleet'),
    });
  });

  test('objects that fail git’s checks: a tree with a .git of its own', async () => {
    const { shop, delivery: asked } = await delivery();
    const blob = await git(shop.root, 'rev-parse', 'HEAD:README.md');
    const { execa } = await import('execa');
    const mktree = async (line: string) =>
      (await execa('git', ['-C', shop.root, 'mktree'], { input: `${line}\n` })).stdout;
    const tree = await mktree(`040000 tree ${await mktree(`100644 blob ${blob}\tconfig`)}\t.git`);
    const bad = await git(shop.root, 'commit-tree', '-p', 'HEAD', '-m', 'bad', tree);
    await git(shop.root, 'update-ref', 'refs/heads/fleet/obj-1', bad);
    await git(
      shop.root,
      'bundle',
      'create',
      '--quiet',
      asked.file,
      'fleet/obj-1',
      '--not',
      '--remotes=origin',
    );
    const was = await fingerprint(asked.source);
    expect(await refusal(acceptBranch(projects, { ...asked, head: bad }))).toBe('PUBLISH_REFUSED');
    expect(await fingerprint(asked.source)).toEqual(was);
  });

  test('a stream that is none of ours, or ends early', async () => {
    const { spawn } = await import('node:child_process');
    const ask = async (input: string): Promise<string> => {
      const child = spawn(process.execPath, [publisherFile], {
        env: { ...process.env, FLEET_PROJECTS: projects },
      });
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
      });
      child.stdin.end(input);
      await new Promise((resolve) => child.once('close', resolve));
      return said;
    };
    expect(await ask('hello\n')).toContain('PUBLISH_BAD_REQUEST');
    expect(await ask('x'.repeat(20_000))).toContain('PUBLISH_BAD_REQUEST');
    const line = {
      product: 'shop',
      source: join(projects, 'shop'),
      branch: 'fleet/obj-1',
      head: 'a'.repeat(40),
      bytes: 100,
    };
    expect(await ask(`${JSON.stringify(line)}\nshort`)).toContain('PUBLISH_BAD_REQUEST');
    expect(await ask(`${JSON.stringify({ ...line, branch: 'main' })}\n`)).toContain('PUBLISH_BAD_REQUEST');
  });
});
