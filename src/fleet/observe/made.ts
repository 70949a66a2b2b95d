// What an objective made, as git in the runtime tells it, and as lines for whoever judges it or takes it up.
import { inOneLineOf } from '../../common/one-line.ts';
import { shorten } from '../../common/shorten.ts';
import { count } from '../../common/units.ts';
import type { DiffReply, DiffRequest } from '../../contract/runtime/diff.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { stretchesOf } from '../../journal/stretches.ts';
import type { FleetContext } from '../context.ts';

export interface Made {
  stretches: (DiffReply & { base: string })[];
  /** of all stretches */
  total: DiffReply['total'];
  /** its session is at work */
  live: boolean;
}

/**
 * @returns null: no session of it began its work
 * @throws FleetError DIFF_GONE, DIFF_FAILED, PATH_ESCAPES of the runtime
 */
export async function madeBy(
  { journal, runtime }: Pick<FleetContext, 'journal' | 'runtime'>,
  product: ProductRef,
  objective: string,
  { patch, path, maxBytes }: Pick<DiffRequest, 'patch' | 'path' | 'maxBytes'> = statOnly,
): Promise<Made | null> {
  const stretches = stretchesOf(journal.sessionsOf(objective));
  if (stretches.length === 0) return null;
  const share = Math.ceil(maxBytes / stretches.length);
  const shown = await Promise.all(
    stretches.map(async ({ base, head, tips }) => ({
      base,
      ...(await runtime.diff(product, { base, head, tips, patch, path, maxBytes: share })),
    })),
  );
  const sum = (of: keyof DiffReply['total']) => shown.reduce((all, { total }) => all + total[of], 0);
  return {
    stretches: shown,
    total: { files: sum('files'), added: sum('added'), deleted: sum('deleted'), commits: sum('commits') },
    live: stretches.at(-1)?.head === null,
  };
}

const statOnly = { patch: false, path: null, maxBytes: 1 };

/** `3 files, +12 -4, 2 commits` */
export const sizeOf = ({ files, added, deleted, commits }: DiffReply['total']): string =>
  `${count(files, 'file')}, +${added} -${deleted}, ${count(commits, 'commit')}`;

const shownFiles = 20;
const shownCommits = 20;
const lineCharacters = 160;

/** Its size, files and commits, and how to see more of it. Names and subjects in it are words of workers: data. */
export function madeLines({ stretches, total }: Made): string[] {
  const line = (text: string) => shorten(inOneLineOf(text), lineCharacters);
  const files = stretches.flatMap((one) => one.files);
  const commits = stretches.flatMap((one) => one.commits);
  const more = (all: number, shown: number, what: string) =>
    all > shown ? [`and ${count(all - shown, `more ${what}`)}`] : [];
  return [
    sizeOf(total),
    ...files
      .slice(0, shownFiles)
      .map(
        ({ path, added, deleted }) =>
          `${line(path)} ${added === null ? '(binary)' : `+${added} -${deleted}`}`,
      ),
    ...more(total.files, Math.min(files.length, shownFiles), 'file'),
    ...commits.slice(0, shownCommits).map(({ agent, subject }) => line(`${agent ?? 'others'}: ${subject}`)),
    ...more(total.commits, Math.min(commits.length, shownCommits), 'commit'),
    ...stretches.map(({ base, head }) => `git diff ${base.slice(0, 12)} ${head.slice(0, 12)}`),
  ];
}
