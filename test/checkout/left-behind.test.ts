// What of a human's folder the clone does not have is said before a session is paid for, and the folder is only read.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftBehind } from '../../src/runtime/checkout/left-behind.ts';
import { repositoryKinds } from '../support/repositories.ts';
import { fingerprint } from './kinds.ts';

let lab: string;
beforeEach(async () => {
  lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-left-')));
  await mkdir(join(lab, 'beside'));
});
afterEach(() => rm(lab, { recursive: true }));

test.each<[string, string[]]>([
  ['plain', []],
  ['worktree', []],
  ['bare', []],
  ['missing', []],
  ['dirty', ['PRODUCT_UNCOMMITTED start']],
  ['staged', ['PRODUCT_UNCOMMITTED start']],
  ['merge', ['PRODUCT_UNFINISHED start']],
  ['rebase', ['PRODUCT_UNFINISHED start']],
  ['pick', ['PRODUCT_UNFINISHED start']],
  ['bisect', ['PRODUCT_UNFINISHED start']],
  ['precommit', ['GIT_HOOKS_NOT_RUN doctor']],
  ['premerge', ['GIT_HOOKS_NOT_RUN doctor']],
  ['signed', ['GIT_NOT_SIGNED doctor']],
  ['empty', ['PRODUCT_NO_COMMIT start']],
])('%s', async (word, said) => {
  const folder = join(lab, 'r');
  await repositoryKinds.find((kind) => kind.word === word)?.make(folder, join(lab, 'beside'));
  const was = word === 'missing' || word === 'bare' ? [] : await fingerprint(folder);
  const found = await leftBehind(folder);
  expect(found.map(({ code, weight }) => `${code} ${weight}`)).toEqual(said);
  for (const { says } of found) expect(says).toContain(folder);
  if (was.length > 0) expect(await fingerprint(folder)).toEqual(was);
});
