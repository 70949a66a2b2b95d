// Each product: there, a git root, writable, initialised, free of what a dead container left.
import { access, constants, realpath, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { FleetError, type FleetErrorShape } from '../../common/errors.ts';
import type { OvFeatures } from '../../overstory/command.ts';
import { runOv } from '../../overstory/run.ts';
import { cleanText } from '../../overstory/sanitize.ts';
import type { Product } from '../../registry/index.ts';
import { ownInstead, requireNothingOpen } from '../checkout/in-place.ts';
import { cloneAddress, cloneFolder, removeDrafts } from '../checkout/make.ts';
import { readRecord } from '../checkout/record.ts';
import { missingFolder, requireCheckout } from '../checkout/unready.ts';
import { createSample } from './samples.ts';

/** What of a product it takes to make it. */
export type ToMake = Pick<
  Product,
  'name' | 'root' | 'source' | 'repo' | 'overstory' | 'checkout' | 'type' | 'description'
>;

export interface MakeOptions {
  features: OvFeatures;
  /** true: a folder that is missing gets a sample product; false: the human's own repositories are mounted */
  samples: boolean;
  /** Called while a clone is being made, e.g. `shop: cloning: Updating files 40%`. */
  onProgress?: (sentence: string) => void;
  /** Called with what is done to a product now, e.g. `making a sample`. */
  onDoing?: (product: string, doing: string) => void;
}

export interface PrepareOptions extends MakeOptions {
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

/** Never rejects for a product: its failure is in its own entry. Clones come last: they may take minutes. */
export async function prepareProducts(
  products: ToMake[],
  options: PrepareOptions,
): Promise<PreparedProduct[]> {
  await Promise.all([...new Set(products.map(({ root }) => dirname(root)))].map(removeDrafts));
  const withFolder = await Promise.all(
    products.map(async (one) => ({ one, exists: await isFolder(one.root) })),
  );
  const clonesLast = withFolder.sort((a, b) => Number(clones(a)) - Number(clones(b)));
  const prepared: PreparedProduct[] = [];
  const waiting = clonesLast.entries();
  async function work(): Promise<void> {
    for (const [at, { one }] of waiting) {
      const done: string[] = [];
      options.onDoing?.(one.name, 'being looked at');
      const entry = await prepareProduct(one, options, done).then(
        () => ({ product: one.name, done, error: null }),
        (thrown) => ({ product: one.name, done, error: FleetError.wrap(thrown, one.name).toJSON() }),
      );
      options.onProduct?.(entry);
      prepared[at] = entry;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return prepared;
}

/** Each is mostly the start of one program after the other; more at once would only wait for a core. */
const atOnce = Math.max(2, availableParallelism());

const clones = ({ one, exists }: { one: ToMake; exists: boolean }) =>
  !exists && (one.repo !== null || one.source !== null);

/**
 * Puts a product in its place and has `ov` know it. What is there already is left as it is, so that it may be asked for
 * while sessions run on others.
 * @param done  gets what was done, in words, also where it then fails
 * @returns `not used`: overstory is off for it
 * @throws FleetError with the code of what a human must mend first
 */
export async function makeProduct(
  product: ToMake,
  options: MakeOptions,
  done: string[],
): Promise<'made' | 'was there' | 'not used'> {
  const { name, root } = product;
  await putThere(product, options, done);
  if (!product.overstory) return 'not used';
  await requireCheckout(name, root);
  await requireWritable(product);
  // `ov init` on an initialised project is at best a no-op: the human's config.yaml is not to be touched.
  if (await exists(join(root, '.overstory', 'config.yaml'))) return 'was there';
  options.onDoing?.(name, 'initialising overstory');
  await initialise(product, options.features);
  done.push('initialised overstory');
  return 'made';
}

async function prepareProduct(product: ToMake, options: MakeOptions, done: string[]): Promise<void> {
  if ((await makeProduct(product, options, done)) === 'was there')
    await settleProduct(product.root, options.features);
}

/** Settles what the last container left as running. @param root  known to `ov` */
export async function settleProduct(root: string, features: OvFeatures): Promise<void> {
  // Written before this container started: the pid in it is somebody else's now, and `ov` would kill it.
  await rm(join(root, '.overstory', 'watchdog.pid'), { force: true });
  await runOv('status', {}, { cwd: root, features });
}

/** `ov init` commits what it makes, and everything that is staged with it. */
async function initialise({ name, root, checkout }: ToMake, features: OvFeatures): Promise<void> {
  if (checkout === 'in-place') await requireNothingOpen(root, name);
  await runOv('init', { name }, { cwd: root, features });
  await requireCommitted(name, root);
}

/**
 * A commit that git refuses, because of a hook or a signature, is passed over by `ov init` without a word. Agents could not
 * commit either, so it is said here, before any of them is paid for.
 * @throws FleetError GIT_COMMIT_REFUSED
 */
async function requireCommitted(product: string, root: string): Promise<void> {
  const git = (...args: string[]) =>
    execa('git', ['-C', root, ...args], { reject: false, stdin: 'ignore', timeout: commitMs });
  const staged = (await git('diff', '--cached', '--name-only')).stdout.split('\n').filter(Boolean);
  if (staged.length === 0) return;
  const tried = await git('commit', '--quiet', '-m', 'chore: initialize overstory');
  // Who commits is not known: looked at before each start, with a mend of its own.
  if (!tried.failed || /tell me who you are|empty ident/i.test(tried.stderr)) return;
  const said = cleanText(tried.stderr || tried.stdout)
    .trim()
    .split(/\s*\n\s*/)
    .slice(-5)
    .join(' | ');
  throw new FleetError({
    code: 'GIT_COMMIT_REFUSED',
    product,
    message: `Expected git to commit in ${root} what overstory needs there, got: ${said.slice(0, 500)}.`,
    mend: `Let agents commit (a hook that refuses them, a signature without its key), then commit what is staged there and \`fleet prepare ${product}\`. ${ownInstead}`,
  });
}

/** A hook may run a test suite. */
const commitMs = 120_000;

/** Puts a product's folder in its place: a clone of the human's, of an address, or a sample. */
async function putThere(product: ToMake, options: MakeOptions, done: string[]): Promise<void> {
  const { name, root, source, repo } = product;
  const theirs = source !== null && (await isFolder(source)) ? source : null;
  if (theirs !== null) await requireOwner(name, theirs);
  if (await isFolder(root)) {
    if (theirs !== null) await requireCloneOf(product, theirs, done);
    if (await isFolder(root)) return;
  }
  const order = {
    product: name,
    root,
    onProgress(sentence: string) {
      options.onProgress?.(`${name}: cloning: ${sentence}`);
      options.onDoing?.(name, `cloning: ${sentence}`);
    },
  };
  if (theirs !== null) {
    const brought = await cloneFolder(order, theirs);
    done.push(`cloned ${theirs}`, ...brought);
  } else if (repo !== null) {
    await cloneAddress(order, repo);
    done.push(`cloned ${repo}`);
  } else if (options.samples) {
    options.onDoing?.(name, 'making a sample');
    await createSample(product);
    done.push('created a sample');
  } else {
    throw missingFolder(name, source ?? root);
  }
}

/** What is at the place is the clone of this folder, or was never one of a human's work (a sample of a first look). */
async function requireCloneOf({ name, root }: ToMake, theirs: string, done: string[]): Promise<void> {
  const record = await readRecord(root);
  const folder = await realpath(theirs);
  // A clone by address stays what it is when the folder comes later.
  if (record !== null && (!record.local || record.from === folder)) return;
  if (record === null) {
    const aside = `${join(dirname(root), `.replaced-${basename(root)}`)}-${Date.now()}`;
    await rename(root, aside);
    done.push(`moved what was at ${root} to ${aside}`);
    return;
  }
  throw new FleetError({
    code: 'CHECKOUT_OF_ANOTHER',
    product: name,
    message: `Expected ${root} to be the fleet's clone of ${folder}, got its clone of ${record.from}.`,
    mend: `When nothing in it is needed any more, move ${root} away and \`fleet prepare ${name}\`; or give the product another path.`,
  });
}

/** What is made goes back as a branch, which only the owner may write there: better said before than after the work. */
async function requireOwner(product: string, theirs: string): Promise<void> {
  const { uid } = await stat(theirs);
  if (uid === process.getuid?.()) return;
  throw notOurs(product, theirs, uid);
}

function notOurs(product: string, folder: string, uid: number): FleetError {
  return new FleetError({
    code: 'PRODUCT_NOT_WRITABLE',
    product,
    message: `Expected to write in ${folder} as uid ${process.getuid?.()}, got a folder of uid ${uid}.`,
    mend:
      uid === 0
        ? `Give it to the user that should work in it (chown -R 1000:1000): overstory refuses to run as root.`
        : `Set HOST_UID=${uid} and HOST_GID to its group in .env and run \`docker compose up --build\`.`,
  });
}

async function requireWritable(product: ToMake): Promise<void> {
  const { name, root } = product;
  for (const folder of [root, join(root, '.git'), join(root, '.overstory')]) {
    if (!(await exists(folder))) continue;
    const writable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) continue;
    const { uid } = await stat(folder);
    if (uid !== process.getuid?.()) throw notOurs(name, folder, uid);
    throw new FleetError({
      code: 'PRODUCT_READ_ONLY',
      product: name,
      message: `Expected to write in ${folder}, got a folder that takes nothing.`,
      mend:
        product.checkout === 'in-place'
          ? 'Set PROJECTS_MODE=rw in .env and run `docker compose up`: `checkout: in-place` works in your own folder.'
          : 'Mount it so that it may be written.',
    });
  }
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
