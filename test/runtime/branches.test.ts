// Which of the workers' branches are told as merged, in a real repository.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { branches } from '../../src/runtime/agent/maintenance/branches.ts';
import type { Place } from '../../src/runtime/agent/maintenance/place.ts';

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  });
function commit(branch: string, file: string): void {
  git('switch', '--quiet', branch);
  writeFileSync(join(folder, file), file);
  git('add', file);
  git('commit', '--quiet', '-m', file);
  git('switch', '--quiet', 'main');
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-branches-'));
  git('init', '--quiet', '-b', 'main');
  git('commit', '--quiet', '--allow-empty', '-m', 'start');
});
afterEach(() => rmSync(folder, { recursive: true }));
const told = () => branches({ folder } as Place);

test('merged, fast-forwarded, merged and deleted, left, and one without a commit of its own are told apart', async () => {
  expect(await told()).toEqual({ done: [], left: [], into: 'main' });
  for (const name of ['ahead', 'forward', 'deleted', 'left', 'empty']) git('branch', `overstory/${name}/t`);
  for (const name of ['ahead', 'forward', 'deleted', 'left']) commit(`overstory/${name}/t`, name);
  git('merge', '--quiet', '--ff-only', 'overstory/forward/t');
  git('merge', '--quiet', '--no-edit', 'overstory/ahead/t');
  git('merge', '--quiet', '--no-edit', 'overstory/deleted/t');
  git('branch', '--quiet', '-d', 'overstory/deleted/t');
  const { done, left } = await told();
  expect(done.sort()).toEqual(['overstory/ahead/t', 'overstory/deleted/t', 'overstory/forward/t']);
  expect(left).toEqual(['overstory/left/t']);
});

test('where no reflog is kept, what the current branch holds counts as merged', async () => {
  git('config', 'core.logAllRefUpdates', 'false');
  git('branch', 'overstory/unknown/t');
  expect(await told()).toEqual({ done: ['overstory/unknown/t'], left: [], into: 'main' });
});
