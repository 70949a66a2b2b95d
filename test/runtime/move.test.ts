// What a move packs on one machine and unpacks on another, on real repositories.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { moveBranch, movedFilesRef, type Packed } from '../../src/contract/runtime/move.ts';
import { move } from '../../src/runtime/agent/move/index.ts';
import { bundleFile } from '../../src/runtime/checkout/bundle.ts';
import { cloneAddress } from '../../src/runtime/checkout/make.ts';
import { commit, git, repository } from '../checkout/kinds.ts';

let folder: string;
let source: string;
const workspace = (name: string) => join(folder, name);
const root = (name: string) => join(workspace(name), 'shop');
const ref = (name: string) => ({ name: 'shop', root: root(name) });

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-moves-')));
  source = await repository(join(folder, 'source'));
  for (const name of ['old', 'new']) {
    mkdirSync(workspace(name));
    await cloneAddress({ product: 'shop', root: root(name), onProgress: () => {} }, `file://${source}`);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pack = async (options: { salvage?: boolean; whole?: boolean } = {}): Promise<Packed> => {
  const step = { kind: 'pack', epoch: 2, salvage: false, whole: false, ...options } as const;
  const { packed } = await move(workspace('old'), ref('old'), step);
  if (packed === undefined) throw new Error('nothing was packed');
  return packed;
};
const unpack = async (packed: Packed): Promise<boolean | undefined> => {
  const base64 = readFileSync(bundleFile(root('old'), moveBranch(2))).toString('base64');
  await move(workspace('new'), ref('new'), { kind: 'part', epoch: 2, offset: 0, base64 });
  return (await move(workspace('new'), ref('new'), { kind: 'unpack', epoch: 2, packed })).needsWhole;
};
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (thrown) => FleetError.wrap(thrown).code,
  );
const tip = (name: string, of: string) => git(root(name), 'rev-parse', of);

it('parks what is on no branch, and leaves the checkout as it is', async () => {
  const old = root('old');
  await git(old, 'worktree', 'add', '--quiet', '--detach', '.overstory/worktrees/lost');
  await commit(join(old, '.overstory/worktrees/lost'), 'lost.ts', 'lost\n');
  writeFileSync(join(old, 'README.md'), 'stashed\n');
  await git(old, 'stash', '--quiet');
  writeFileSync(join(old, 'open.ts'), 'open\n');
  expect(await codeOf(pack())).toBe('MOVE_UNCOMMITTED');

  const packed = await pack({ salvage: true });
  expect(packed.parked.toSorted()).toEqual(['parked/checkout-e2', 'parked/lost-e2', 'parked/stash-0-e2']);
  expect(await git(old, 'status', '--porcelain')).toContain('?? open.ts');
  expect(await unpack(packed)).toBe(false);
  expect(await git(root('new'), 'show', 'parked/checkout-e2:open.ts')).toBe('open');
  expect(await git(root('new'), 'show', 'parked/lost-e2:lost.ts')).toBe('lost');
  expect(await git(root('new'), 'show', 'parked/stash-0-e2:README.md')).toBe('stashed');
  expect(existsSync(join(root('new'), 'open.ts'))).toBe(false);
});

it('brings what is not in git, no link, and nothing through one', async () => {
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(folder, 'secret'), 'secret\n');
  const old = root('old');
  mkdirSync(join(old, '.mulch'));
  mkdirSync(join(old, '.overstory'));
  writeFileSync(join(old, '.mulch', 'lessons.jsonl'), '{}\n');
  writeFileSync(join(old, '.overstory', 'config.yaml'), 'project: {}\n');
  symlinkSync(join(folder, 'secret'), join(old, '.mulch', 'link'));
  // What a worker there may have left in its place.
  symlinkSync(outside, join(root('new'), '.mulch'));

  expect(await unpack(await pack())).toBe(false);
  expect(readFileSync(join(root('new'), '.mulch', 'lessons.jsonl'), 'utf8')).toBe('{}\n');
  expect(readFileSync(join(root('new'), '.overstory', 'config.yaml'), 'utf8')).toBe('project: {}\n');
  expect(existsSync(join(root('new'), '.mulch', 'link'))).toBe(false);
  expect(existsSync(join(outside, 'lessons.jsonl'))).toBe(false);
});

it('writes no file that a pack never has', async () => {
  const packed = await pack();
  const hook = await git(root('old'), 'rev-parse', 'HEAD');
  await git(root('old'), 'update-ref', movedFilesRef, hook);
  const forged = { ...packed, refs: [{ name: movedFilesRef, commit: hook }] };
  expect(await codeOf(unpack(forged))).toBe('MOVE_FAILED');
});

it('asks for all of the history where the remote has lost what it builds on', async () => {
  await commit(source, 'gone.ts', 'gone\n');
  await git(root('old'), 'pull', '--quiet');
  await commit(root('old'), 'mine.ts', 'mine\n');
  // The clone at the new place was made after that commit was taken out of the remote.
  expect(await unpack(await pack())).toBe(true);
  expect(await unpack(await pack({ whole: true }))).toBe(false);
  expect(await tip('new', 'main')).toBe(await tip('old', 'main'));
  expect(existsSync(join(root('new'), 'mine.ts'))).toBe(true);
});

it('deletes nothing that lies in its place, and clears it once for each move', async () => {
  const begin = (epoch: number) => move(workspace('new'), ref('new'), { kind: 'begin', epoch });
  expect(await begin(2)).toEqual({ aside: `${root('new')}.before-2` });
  mkdirSync(root('new'));
  expect(await begin(2)).toEqual({ aside: null });
  expect(existsSync(root('new'))).toBe(true);
  const aside = () => move(workspace('old'), ref('old'), { kind: 'aside', epoch: 2 });
  expect(await aside()).toEqual({ aside: `${root('old')}.moved-2` });
  expect(await aside()).toEqual({ aside: `${root('old')}.moved-2` });
  expect(existsSync(root('old'))).toBe(false);
});
