// What the workers made: their branches, and which of them the current branch holds. A coordinator deletes a
// branch that it has merged: that one is known by the words of its merge commit. A branch that never had a commit of its
// own is held too, and has nothing in it: it is neither merged nor left.

import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { ovFailure } from '../../../overstory/errors.ts';
import { git } from '../git.ts';
import type { Place } from './place.ts';

/** Merge commits looked at; a session makes one per worker. */
const merges = 500;

export async function branches({ folder }: Place): Promise<MaintenanceReply> {
  const lines = async (...args: string[]): Promise<string[]> => {
    const { failed, stdout, stderr } = await git(folder, args);
    if (failed) throw ovFailure(stderr);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const refs = (which: string) =>
    lines('for-each-ref', '--format=%(refname:short)', which, 'refs/heads/overstory/');
  const subjects = await lines('log', '--merges', `--max-count=${merges}`, '--format=%s');
  const named = subjects.flatMap((line) => /^Merge branch '(overstory\/[^']+)'/.exec(line)?.[1] ?? []);
  const left = await refs('--no-merged=HEAD');
  const held = await refs('--merged=HEAD');
  const empty = await unmoved(held, lines);
  const done = new Set([...held, ...named]);
  const current = await git(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  return {
    done: [...done].filter((branch) => !left.includes(branch) && !empty.has(branch)),
    left,
    into: current.failed ? null : current.stdout.trim(),
  };
}

/** Those that still are where they were made, as their reflog says: after a fast-forward the history does not tell. */
async function unmoved(
  branches: string[],
  lines: (...args: string[]) => Promise<string[]>,
): Promise<Set<string>> {
  if (branches.length === 0) return new Set();
  const walked = await lines(
    'log',
    '--walk-reflogs',
    '--format=%gD %H',
    ...branches.map((one) => `refs/heads/${one}`),
  );
  const tips = new Map<string, Set<string>>();
  for (const line of walked) {
    const [, branch = '', tip = ''] = /^refs\/heads\/(.+)@\{\d+\} (\w+)$/.exec(line) ?? [];
    tips.set(branch, (tips.get(branch) ?? new Set()).add(tip));
  }
  return new Set(branches.filter((branch) => tips.get(branch)?.size === 1));
}
