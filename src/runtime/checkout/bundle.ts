// What a session made, on its way to the human's repository: a branch `fleet/<objective>` as a git bundle, that is, one
// file of objects. It is read in parts by fleetd, which trusts none of it; the publisher at the other end checks it.
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import type { BundleReply } from '../../contract/runtime/bundle.ts';
import { gitFoldersOf } from './git-folder.ts';
import { contentsOnlyHere } from './large-files.ts';
import { type CheckoutRecord, readRecord } from './record.ts';
import { standingOf, workBranch } from './refresh.ts';
import { type GitResult, reasonOf, runGit } from './run-git.ts';

/** Where a bundle waits to be read, by the name that it is asked for. */
export const bundleFile = (root: string, branch: string) => join(root, '.git', 'fleet', `${branch}.bundle`);
const bundleMs = 20_000;
/** What the source has, as far as the checkout was told. Of refs/fleet not the marks: they hold what was made here. */
const known = ['--remotes=origin', '--glob=refs/fleet/source-*'];

/**
 * Points the branch at what is merged now and packs it.
 * @param branch  e.g. `fleet/obj-1`
 * @param whole   with all of its history, for a source that has lost what the checkout thinks it has
 * @returns null: nothing was made that the source does not have
 * @throws FleetError CHECKOUT_MISSING, BUNDLE_FAILED
 */
export async function makeBundle(
  product: string,
  root: string,
  { branch, whole }: { branch: string; whole: boolean },
): Promise<BundleReply | null> {
  const record = await requireRecord(product, root);
  const standing = await standingOf(root, record);
  const head = await runGit(root, [
    'rev-parse',
    '--verify',
    '--quiet',
    `refs/heads/${await workBranch(root, record)}`,
  ]);
  if (!head.ok || (standing !== null && !standing.work)) return null;
  const commit = head.stdout.trim();
  const must = async (...args: string[]): Promise<GitResult> => {
    const done = await runGit(root, args, { timeoutMs: bundleMs });
    if (done.ok) return done;
    throw new FleetError({
      code: 'BUNDLE_FAILED',
      product,
      message: `Expected to pack ${branch} of ${root}, got ${reasonOf(done)}.`,
      mend: `Fetch it by hand from the product's checkout: \`git fetch ${root} ${branch}\`.`,
    });
  };
  const fresh = await must('rev-list', '--count', commit, '--not', ...known);
  if (!whole && fresh.stdout.trim() === '0') return null;
  await must('update-ref', `refs/heads/${branch}`, commit);
  const file = bundleFile(root, branch);
  await mkdir(dirname(file), { recursive: true });
  await must(
    'bundle',
    'create',
    '--quiet',
    file,
    `refs/heads/${branch}`,
    ...(whole ? [] : ['--not', ...known]),
  );
  const from = record.local ? await gitFoldersOf(record.from).catch(() => null) : null;
  return {
    head: commit,
    bytes: (await stat(file)).size,
    commits: standing?.ahead ?? null,
    contentsLeft: from === null ? 0 : await contentsOnlyHere(root, from.common),
  };
}

/** A part of it from this byte on; the last one removes it. */
export async function readBundle(
  root: string,
  branch: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  const file = bundleFile(root, branch);
  await using handle = await open(file);
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
  if (offset + bytesRead >= size) await rm(file, { force: true });
  return buffer.subarray(0, bytesRead);
}

/** @throws FleetError CHECKOUT_MISSING */
export async function requireRecord(product: string, root: string): Promise<CheckoutRecord> {
  const record = await readRecord(root);
  if (record !== null) return record;
  throw new FleetError({
    code: 'CHECKOUT_MISSING',
    product,
    message: `Expected a checkout of the fleet's own at ${root}, got a folder that is none.`,
    mend: `Move the folder away, then \`fleet prepare ${product}\` makes it anew.`,
  });
}
