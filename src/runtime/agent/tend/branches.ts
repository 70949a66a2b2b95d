// What the workers made: their branches, and which of them the current branch holds.
import { execa } from 'execa';
import { ovFailure } from '../../../overstory/errors.ts';
import type { TendReply } from '../../protocol.ts';
import type { Place } from './index.ts';

export async function branches({ folder }: Place): Promise<TendReply> {
  const list = async (...which: string[]): Promise<string[]> => {
    const { failed, stdout, stderr } = await execa(
      'git',
      ['-C', folder, 'for-each-ref', '--format=%(refname:short)', ...which, 'refs/heads/overstory/'],
      { reject: false, stdin: 'ignore', timeout: 15_000 },
    );
    if (failed) throw ovFailure(stderr);
    return stdout.split('\n').filter((line) => line !== '');
  };
  return { done: await list('--merged=HEAD'), left: await list('--no-merged=HEAD') };
}
