// What the workers made: their branches, and which of them the current branch holds. A coordinator deletes a
// branch that it has merged: that one is known by the words of its merge commit.
import { ovFailure } from '../../../overstory/errors.ts';
import type { TendReply } from '../../protocol.ts';
import { git } from '../git.ts';
import type { Place } from './index.ts';

/** Merge commits looked at; a session makes one per worker. */
const merges = 500;

export async function branches({ folder }: Place): Promise<TendReply> {
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
  const done = new Set([...(await refs('--merged=HEAD')), ...named]);
  return { done: [...done].filter((branch) => !left.includes(branch)), left };
}
