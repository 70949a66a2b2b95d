// A fresh clone becomes what the product was on the runtime that it comes from.
import { rm } from 'node:fs/promises';
import type { Packed } from '../../../contract/runtime/move.ts';
import { requireRecord } from '../../checkout/bundle.ts';
import { writeRecord } from '../../checkout/record.ts';
import { runGit } from '../../checkout/run-git.ts';
import { unpackFiles } from './files.ts';
import { moveGitMs, must } from './must.ts';

/**
 * Done twice it is done once.
 * @returns false: the clone lacks commits that the bundle builds on
 * @throws FleetError CHECKOUT_MISSING, MOVE_FAILED
 */
export async function unpack(
  product: string,
  folder: string,
  bundle: string,
  { refs, head, branch, follows }: Packed,
): Promise<boolean> {
  const record = await requireRecord(product, folder);
  const git = must(product, folder);
  const verified = await runGit(folder, ['bundle', 'verify', bundle], {
    timeoutMs: moveGitMs,
    env: { LC_ALL: 'C' },
  });
  if (!verified.ok && /prerequisite/i.test(verified.stderr)) return false;
  await git(['bundle', 'unbundle', bundle]);
  // As after a fetch: a branch whose history has a hole is no branch.
  const tips = `${[head.commit, ...refs.map(({ commit }) => commit)].join('\n')}\n`;
  const whole = await runGit(folder, ['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'], {
    input: tips,
    timeoutMs: moveGitMs,
  });
  if (!whole.ok) return false;
  await git(['checkout', '--quiet', '--force', '--detach']);
  await git(['update-ref', '--stdin'], {
    input: refs.map(({ name, commit }) => `update ${name} ${commit}\n`).join(''),
  });
  await git(['checkout', '--quiet', '--force', head.branch ?? head.commit, '--']);
  await unpackFiles(product, folder);
  await writeRecord(folder, { ...record, branch, follows });
  await rm(bundle, { force: true });
  return true;
}
