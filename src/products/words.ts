// A repository in a few sentences. Names of files and branches are in them: whoever shows them makes them safe.
import { bytes, count } from '../common/units.ts';
import type { Description } from './describe.ts';

export function describeWords({
  at,
  kind,
  branch,
  size,
  written,
  overstory,
  cautions,
}: Description): string[] {
  const known = [
    branch === null ? (kind === 'folder' ? 'on no branch' : null) : `branch ${branch}`,
    size && `${count(size.files, 'file')}, ${bytes(size.bytes)}`,
    written?.language ? `mostly ${written.language}` : size === null || size.files === 0 ? null : 'no code',
    overstory === null
      ? null
      : overstory
        ? 'with an .overstory of its own'
        : 'no .overstory yet: one is made in the clone',
  ].filter((one) => one !== null);
  return [
    `${at}: ${known.join('; ') || 'an address, which is looked at when it is cloned'}.`,
    ...cautions.map(({ code, says, mend }) => `${code}: ${says} ${mend}`),
  ];
}
