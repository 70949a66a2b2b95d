// `checkout: in-place`: refused while a human's work would be in the way of `ov merge`, with the mend.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { state } from '../../src/runtime/agent/maintenance/state.ts';
import { requireUntouched } from '../../src/runtime/checkout/in-place.ts';
import { commit, fingerprint, git, kinds, repository } from './kinds.ts';

let lab: string;
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-in-place-')));
});
afterEach(() => rm(lab, { recursive: true }));

const kind = (name: string) => (kinds[name] as (at: string) => Promise<string>)(lab);
const conflict = async (...command: string[]) => {
  const folder = await repository(join(lab, 'r'));
  await git(folder, 'checkout', '--quiet', '-b', 'other');
  await commit(folder, 'README.md', 'other\n');
  await git(folder, 'checkout', '--quiet', 'main');
  await commit(folder, 'README.md', 'mine\n');
  await git(folder, ...command).catch(() => '');
  return folder;
};

test.each<[string, string | null, () => Promise<string>]>([
  ['a clean folder on its branch', null, () => repository(join(lab, 'r'))],
  [
    'files that git does not know, and overstory’s own that changed',
    null,
    async () => {
      const folder = await kind('overstory of the old way');
      await git(folder, 'add', '-f', '.seeds');
      await git(folder, 'commit', '--quiet', '-m', 'seeds');
      await writeFile(join(folder, '.seeds/issues.jsonl'), 'more\n');
      await writeFile(join(folder, 'notes.txt'), 'mine\n');
      return folder;
    },
  ],
  ['uncommitted changes', 'PRODUCT_DIRTY', () => kind('dirty')],
  ['an unfinished merge', 'PRODUCT_UNFINISHED', () => kind('an unfinished merge')],
  ['an unfinished rebase', 'PRODUCT_UNFINISHED', () => conflict('rebase', '--quiet', 'other')],
  ['an unfinished cherry-pick', 'PRODUCT_UNFINISHED', () => conflict('cherry-pick', 'other')],
  ['an unfinished revert', 'PRODUCT_UNFINISHED', () => conflict('revert', '--no-edit', 'other')],
  ['a bisect', 'PRODUCT_UNFINISHED', () => conflict('bisect', 'start', 'HEAD', 'HEAD~1')],
  ['another branch', 'PRODUCT_OTHER_BRANCH', () => repository(join(lab, 'r'), 'human-work')],
  ['a detached HEAD', 'PRODUCT_OTHER_BRANCH', () => kind('a detached HEAD')],
  ['a linked worktree', 'PRODUCT_IS_WORKTREE', () => kind('a linked worktree')],
])('%s: %s', async (_, code, make) => {
  const folder = await make();
  const was = await fingerprint(folder);
  const said = await requireUntouched(folder, 'shop').then(
    () => null,
    (error) => error,
  );
  expect(said?.code ?? null).toBe(code);
  if (code === 'PRODUCT_IS_WORKTREE') expect(said.mend).toContain(join(lab, 'main'));
  if (code !== null) expect(said.mend).toContain('checkout: in-place');
  // Which the answer to a start says, before anything is begun.
  const { left } = await state({ folder, product: { name: 'shop', root: folder, checkout: 'in-place' } });
  expect(left).toEqual(code === null ? [] : [`${code}: ${said.message} ${said.mend}`]);
  expect(await fingerprint(folder)).toEqual(was);
});
