import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { revert } from '../../src/runtime/agent/work/revert.ts';
import { type Files, openWorkRepository, type WorkRepository } from '../support/work-repository.ts';

let work: WorkRepository;
let folder: string;
let lab: string;
const git = (...args: string[]) => work.git(...args);
const commit = (subject: string, files: Files) => work.commit(subject, files);
const lines = (changed: Record<number, string> = {}) =>
  Array.from({ length: 40 }, (_, n) => `${changed[n] ?? `line ${n}`}\n`).join('');
const text = (path: string) => readFile(join(folder, path), 'utf8').catch(() => null);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string; message: string; mend: string }) =>
      `${error.code} ${error.message} ${error.mend}`,
  );

let start: string;
beforeEach(async () => {
  work = await openWorkRepository();
  ({ folder, lab } = work);
  start = await commit('Begin', { 'a.txt': lines(), 'b.txt': 'b\n' });
});
afterEach(() => work[Symbol.asyncDispose]());

const order = (
  stretches: { base: string; head: string }[],
  later: { objective: string; base: string; head: string }[] = [],
) => ({
  objective: 'obj-7',
  title: 'Make the\nbutton blue',
  stretches,
  later,
});

it('what came since stays, and history is only added to', async () => {
  const one = await commit('One', { 'a.txt': lines({ 3: 'three' }), 'new.txt': 'new\n', 'b.txt': null });
  const since = await commit('Since', { 'a.txt': lines({ 3: 'three', 30: 'thirty' }), 'c.txt': 'c\n' });
  const two = await commit('Two', { 'a.txt': lines({ 3: 'three', 15: 'fifteen', 30: 'thirty' }) });
  const tip = await commit('Later', { 'd.txt': 'd\n' });
  const stretches = [
    { base: start, head: one },
    { base: since, head: two },
  ];
  const made = await revert('shop', folder, order(stretches));
  expect(await Promise.all(['a.txt', 'b.txt', 'new.txt', 'c.txt', 'd.txt'].map(text))).toEqual([
    lines({ 30: 'thirty' }),
    'b\n',
    null,
    'c\n',
    'd\n',
  ]);
  expect(git('log', '--format=%H %P', '-1')).toBe(`${made} ${tip}`);
  expect(git('log', '--format=%an: %s', '-1')).toBe('fleet: Revert obj-7: Make the button blue');
  expect(git('status', '--porcelain')).toBe('');
  // as after a crash between the commit and its row
  expect(await revert('shop', folder, order(stretches))).toBe(made);
  expect(git('rev-parse', 'HEAD')).toBe(made);
});

it('what is on no checked-out branch is taken back on its branch', async () => {
  const one = await commit('One', { 'a.txt': lines({ 3: 'three' }) });
  await mkdir(join(folder, '.overstory'));
  await writeFile(join(folder, '.overstory/config.yaml'), 'project:\n  canonicalBranch: main\n');
  git('checkout', '-q', '-b', 'other', start);
  const made = await revert('shop', folder, order([{ base: start, head: one }]));
  expect(git('rev-parse', 'main')).toBe(made);
  expect(git('show', 'main:a.txt')).toBe(lines().trim());
  expect(git('rev-parse', 'HEAD')).toBe(start);
});

it('is refused when later work builds on it, with which; and when nothing of it is there', async () => {
  const one = await commit('One', { 'a.txt': lines({ 3: 'three' }) });
  const two = await commit('Two', { 'b.txt': 'bb\n' });
  const three = await commit('Three', { 'a.txt': lines({ 3: 'THREE' }) });
  const later = [
    { objective: 'obj-8', base: one, head: two },
    { objective: 'obj-9', base: two, head: three },
  ];
  const mine = order([{ base: start, head: one }], later);
  expect(await refusal(revert('shop', folder, mine))).toBe(
    'REVERT_BUILT_ON Expected to take back what obj-7 made on shop, got later work on the same lines by obj-9: "a.txt". Revert obj-9 first, or say in words what should go: `fleet rework obj-7 …`.',
  );
  expect(git('rev-parse', 'HEAD')).toBe(three);
  // as it says: first obj-9, then this one
  await revert('shop', folder, { ...order([{ base: two, head: three }]), objective: 'obj-9' });
  await revert('shop', folder, mine);
  expect(await text('a.txt')).toBe(lines());
  expect(await text('b.txt')).toBe('bb\n');
  git('reset', '-q', '--hard', start);
  expect(await refusal(revert('shop', folder, mine))).toMatch(/^REVERT_NOTHING /);
});

it('a file of a human in its way is left as it is', async () => {
  const one = await commit('One', { 'b.txt': null });
  await writeFile(join(folder, 'b.txt'), 'mine\n');
  expect(await refusal(revert('shop', folder, order([{ base: start, head: one }])))).toMatch(
    /^REVERT_FAILED /,
  );
  expect(await text('b.txt')).toBe('mine\n');
  expect(git('rev-parse', 'HEAD')).toBe(one);
});

it('runs nothing that the repository names', async () => {
  const ran = join(lab, 'ran');
  const evil = join(lab, 'evil.sh');
  await writeFile(evil, `#!/bin/sh\necho "$0 $@" >> ${ran}\ncat\n`);
  await chmod(evil, 0o755);
  await commit('Arm it', { '.gitattributes': '* filter=x merge=x diff=x\n' });
  const base = git('rev-parse', 'HEAD');
  const one = await commit('One', { 'a.txt': lines({ 3: 'three' }) });
  await commit('Two', { 'a.txt': lines({ 3: 'three', 30: 'thirty' }) });
  for (const hook of ['post-merge', 'post-checkout', 'reference-transaction', 'post-index-change']) {
    await writeFile(join(folder, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`);
    await chmod(join(folder, '.git/hooks', hook), 0o755);
  }
  for (const [key, value] of [
    ['filter.x.smudge', evil],
    ['filter.x.clean', evil],
    ['filter.x.required', 'true'],
    ['filter.y.process', evil],
    ['merge.x.driver', `${evil} %A`],
    ['merge.default', 'x'],
    ['diff.external', evil],
    ['core.fsmonitor', evil],
    ['core.hooksPath', join(folder, '.git/hooks')],
    ['core.editor', evil],
    ['commit.gpgsign', 'true'],
    ['gpg.program', evil],
    ['merge.verifySignatures', 'true'],
  ] as const)
    git('config', key, value);
  await rm(ran, { force: true });
  await revert('shop', folder, order([{ base, head: one }]));
  expect(await text('a.txt')).toBe(lines({ 30: 'thirty' }));
  expect(await readFile(ran, 'utf8').catch(() => 'nothing ran')).toBe('nothing ran');
  // The traps are armed: git by itself springs them.
  git('checkout', '-q', base);
  expect(await readFile(ran, 'utf8')).toContain('evil.sh');
});
