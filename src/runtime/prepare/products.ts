// One product after the other: there, a git root, writable, initialised, free of what a dead container left.
import { access, constants, mkdir, mkdtemp, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { FleetError, type FleetErrorShape } from '../../errors.ts';
import type { OvFeatures } from '../../overstory/command.ts';
import { runOv } from '../../overstory/run.ts';
import type { Product } from '../../registry/index.ts';
import { createSample } from './samples.ts';

export interface PrepareOptions {
  features: OvFeatures;
  /** true: a folder that is missing gets a sample product; false: the human's own repositories are mounted */
  samples: boolean;
  /** Called as each product is done. */
  onProduct?: (prepared: PreparedProduct) => void;
}

export interface PreparedProduct {
  product: string;
  /** what was done, e.g. ['created a sample', 'initialised overstory'] */
  done: string[];
  /** null: the product may be started */
  error: FleetErrorShape | null;
}

/** A clone may be large; ten minutes is a GiB on a slow line. */
const cloneMs = 600_000;

/** Never rejects for a product: its failure is in its own entry. Clones come last: they may take minutes. */
export async function prepareProducts(
  products: Product[],
  options: PrepareOptions,
): Promise<PreparedProduct[]> {
  const withFolder = await Promise.all(
    products.map(async (one) => ({ one, exists: await isFolder(one.root) })),
  );
  const clonesLast = withFolder.sort((a, b) => Number(clones(a)) - Number(clones(b)));
  const prepared: PreparedProduct[] = [];
  for (const { one } of clonesLast) {
    const done: string[] = [];
    const entry = await prepareProduct(one, options, done).then(
      () => ({ product: one.name, done, error: null }),
      (thrown) => ({ product: one.name, done, error: FleetError.wrap(thrown, one.name).toJSON() }),
    );
    options.onProduct?.(entry);
    prepared.push(entry);
  }
  return prepared;
}

const clones = ({ one, exists }: { one: Product; exists: boolean }) => !exists && one.repo !== null;

async function prepareProduct(product: Product, options: PrepareOptions, done: string[]): Promise<void> {
  const { name, root } = product;
  if (!(await isFolder(root))) {
    if (product.repo !== null) {
      await clone(product, product.repo);
      done.push(`cloned ${product.repo}`);
    } else if (options.samples) {
      await createSample(product);
      done.push('created a sample');
    } else {
      throw missing(product);
    }
  }
  if (!product.overstory) return;
  await requireGitRoot(product);
  await requireWritable(product);
  const call = { cwd: root, features: options.features };
  // `ov init` on an initialised project is at best a no-op: the human's config.yaml is not to be touched.
  if (!(await exists(join(root, '.overstory', 'config.yaml')))) {
    await runOv('init', { name }, call);
    done.push('initialised overstory');
  }
  // Written before this container started: the pid in it is somebody else's now, and `ov` would kill it.
  await rm(join(root, '.overstory', 'watchdog.pid'), { force: true });
  // Settles what the last container left as running.
  await runOv('status', {}, call);
}

/** Into a folder beside it and then renamed: half a clone must not pass for a product at the next start. */
async function clone({ name, root }: Product, repo: string): Promise<void> {
  await mkdir(dirname(root), { recursive: true });
  const draft = await mkdtemp(join(dirname(root), '.clone-'));
  try {
    const { failed, timedOut, stderr } = await execa('git', ['clone', '--', repo, join(draft, name)], {
      stdin: 'ignore',
      // Fails instead of asking; and runs no program that an address names (ext::).
      env: {
        GIT_TERMINAL_PROMPT: '0',
        GIT_ALLOW_PROTOCOL: 'https:ssh:file',
        GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
      },
      timeout: cloneMs,
      reject: false,
    });
    if (failed)
      throw new FleetError({
        code: 'PRODUCT_CLONE_FAILED',
        class: 'runtime',
        product: name,
        message: `Expected to clone ${repo} into ${root}, got ${timedOut ? `no end within ${cloneMs / 60_000} minutes` : lastLine(stderr)}.`,
        mend: 'Check the address and the git credentials of the runtime, or put the repository there yourself, and restart overstory-runtime.',
      });
    await rename(join(draft, name), root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function requireGitRoot({ name, root }: Product): Promise<void> {
  const { failed, stdout, stderr } = await execa('git', ['-C', root, 'rev-parse', '--show-toplevel'], {
    reject: false,
  });
  if (failed)
    throw new FleetError({
      code: 'PRODUCT_NOT_GIT',
      class: 'usage',
      product: name,
      message: `Expected ${root} to be a git repository, got: ${lastLine(stderr)}.`,
      mend: 'Run `git init` in it and commit what is there, then restart overstory-runtime.',
    });
  if ((await realpath(stdout)) !== (await realpath(root)))
    throw new FleetError({
      code: 'PRODUCT_NOT_GIT_ROOT',
      class: 'usage',
      product: name,
      message: `Expected ${root} to be the top of its git repository, got a folder inside ${stdout}.`,
      mend: `Give ${stdout} as the product's path: overstory works on whole repositories only.`,
    });
}

async function requireWritable({ name, root }: Product): Promise<void> {
  for (const folder of [root, join(root, '.git'), join(root, '.overstory')]) {
    if (!(await exists(folder))) continue;
    const writable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) continue;
    const { uid, gid } = await stat(folder);
    throw new FleetError({
      code: 'PRODUCT_NOT_WRITABLE',
      class: 'usage',
      product: name,
      message: `Expected to write in ${folder} as uid ${process.getuid?.()}, got a folder of uid ${uid}.`,
      mend:
        uid === 0
          ? `Give it to the user that should work in it (chown -R 1000:1000): overstory refuses to run as root.`
          : `Set HOST_UID=${uid} and HOST_GID=${gid} in .env and run \`docker compose up --build\`.`,
    });
  }
}

function missing({ name, root }: Product): FleetError {
  return new FleetError({
    code: 'PRODUCT_MISSING',
    class: 'not-found',
    product: name,
    message: `Expected the repository of ${name} at ${root}, got no such folder.`,
    mend: "Put it there (PROJECTS_DIR of .env is what /workspace shows), correct the product's path, or give it a `repo:` to clone.",
  });
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
const lastLine = (text: string) => text.trim().split('\n').at(-1) || 'no reason';
