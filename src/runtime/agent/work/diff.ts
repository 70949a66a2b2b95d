// diff: the files that changed between two commits, with their changes, for a human and for the model. Names and numbers
// of all; lines only of text that is not too long, holds no secrets and is not overstory's own state. Read from the objects
// alone: see objects.ts.
import { normalize, sep } from 'node:path';
import { type ErrorCode, FleetError } from '../../../common/errors.ts';
import type { DiffFile, DiffReply, DiffRequest } from '../../../contract/runtime/diff.ts';
import { refusalOf } from '../look.ts';
import { commitsOf } from './commits.ts';
import { tipsIn, workTip } from './mark.ts';
import { type ObjectsGit, withObjects } from './objects.ts';

const gitMs = 10_000;
/** Names of one diff, in characters. */
const maxNames = 8 * 1024 * 1024;
const maxFiles = 2_000;
/** Beyond these a file is folded, unless it alone is asked for. */
const maxLines = 5_000;
const maxBlob = 1024 * 1024;
/** git gets the paths as arguments. */
const pathsAtOnce = 200;
const overstorysOwn = /^\.(?:overstory|mulch|seeds|canopy|claude)\//;

/** A file, and what is asked of git about it. */
interface Changed extends DiffFile {
  blobs: string[];
  /** `diff --git` sections that its patch has: one that changed its type is taken away and added */
  sections: number;
}

/**
 * @param folder the product's, resolved
 * @throws FleetError PATH_ESCAPES, DIFF_GONE, DIFF_FAILED
 */
export async function diff(product: string, folder: string, asked: DiffRequest): Promise<DiffReply> {
  const fail = (code: ErrorCode, got: string, mend: string) =>
    new FleetError({
      code,
      product,
      message: `Expected the changes since ${asked.base} of ${product}, got ${got}.`,
      mend,
    });
  const path = asked.path === null ? null : inside(asked.path);
  if (asked.path !== null && path === null)
    throw fail('PATH_ESCAPES', `the path ${JSON.stringify(asked.path)}`, 'Give a path inside the product.');
  const head = asked.head ?? (await workTip(folder));
  if (head === null)
    throw fail('DIFF_GONE', 'a repository without a commit', 'Look at the product’s checkout.');
  const tips = asked.head === null ? [...asked.tips, ...(await tipsIn(folder, head))] : asked.tips;
  return await withObjects(product, folder, asked.base, async (git) => {
    const [files, commits] = await Promise.all([
      changedFiles(git, asked.base, head, path),
      commitsOf(git, asked.base, head, tips),
    ]);
    if (files === null || commits === null) {
      for (const commit of [asked.base, head])
        if ((await git(['cat-file', '-e', `${commit}^{commit}`])).failed)
          throw fail(
            'DIFF_GONE',
            `no commit ${commit} there`,
            'The checkout was made anew since: look for the branch `fleet/<objective>` in your own repository.',
          );
      throw fail(
        'DIFF_FAILED',
        'no answer of git within its limits',
        `By hand in the product's checkout: \`git diff --stat ${asked.base} ${head}\`.`,
      );
    }
    const shown = files.slice(0, maxFiles);
    await fold(git, shown, path !== null);
    if (asked.patch) await addPatches(git, asked.base, head, shown, asked.maxBytes);
    const sum = (of: (file: Changed) => number | null) =>
      files.reduce((all, file) => all + (overstorysOwn.test(file.path) ? 0 : (of(file) ?? 0)), 0);
    return {
      head,
      files: shown.map(({ blobs: _, sections: __, ...file }) => file),
      commits: commits.commits,
      total: {
        files: files.length,
        added: sum(({ added }) => added),
        deleted: sum(({ deleted }) => deleted),
        commits: commits.total,
      },
    };
  });
}

/** Relative, without a step upwards; null: it leads out. */
function inside(path: string): string | null {
  const plain = normalize(path);
  const leads = plain.startsWith('/') || plain === '..' || plain.startsWith(`..${sep}`);
  return leads || plain.includes('\0') ? null : plain;
}

/** As plumbing: no setting changes what these say, and none names a program. */
const plain = [
  'diff-tree',
  '-r',
  '-M',
  '-l1000',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--full-index',
  '--submodule=short',
];
const pathspec = (paths: string[]) => (paths.length === 0 ? [] : ['--', ...paths]);

async function changedFiles(
  git: ObjectsGit,
  base: string,
  head: string,
  path: string | null,
): Promise<Changed[] | null> {
  const only = pathspec(path === null || path === '.' ? [] : [path]);
  const told = await git(['--literal-pathspecs', ...plain, '-z', '--raw', '--numstat', base, head, ...only], {
    maxBuffer: maxNames,
    timeout: gitMs,
  });
  if (told.failed) return null;
  const parts = told.stdout.split('\0');
  const files: Changed[] = [];
  let at = 0;
  for (; parts[at]?.startsWith(':'); at++) {
    const [, , before = '', after = '', how = ''] = (parts[at] as string).split(' ');
    const first = parts[++at] ?? '';
    const renamed = /^[RC]/.test(how);
    const status = ({ A: 'added', D: 'deleted', R: 'renamed', T: 'type' } as const)[how.charAt(0)];
    files.push({
      path: renamed ? (parts[++at] ?? '') : first,
      from: renamed ? first : null,
      status: status ?? 'changed',
      added: null,
      deleted: null,
      fold: null,
      patch: null,
      blobs: [before, after].filter((id) => !/^0+$/.test(id)),
      sections: status === 'type' ? 2 : 1,
    });
  }
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (; at < parts.length; at++) {
    const [, added, deleted, name] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(parts[at] ?? '') ?? [];
    if (added === undefined || deleted === undefined) continue;
    // Of a renamed file the two names follow.
    if (name === '') at += 2;
    const found = byPath.get(name || (parts[at] ?? ''));
    if (!found) continue;
    // A file that changed its type is counted twice.
    found.added = plus(found.added, added);
    found.deleted = plus(found.deleted, deleted);
  }
  return files;
}

const plus = (sum: number | null, lines: string): number | null =>
  lines === '-' ? sum : (sum ?? 0) + Number(lines);

/** @param alone whoever asks wants this one, long as it may be */
async function fold(git: ObjectsGit, files: Changed[], alone: boolean): Promise<void> {
  const ids = [...new Set(files.flatMap(({ blobs }) => blobs))];
  const sizes = new Map<string, number>();
  const told = await git(['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    input: `${ids.join('\n')}\n`,
    timeout: gitMs,
  });
  for (const line of told.stdout.split('\n')) {
    const [, id, size] = /^(\w+) (\d+)$/.exec(line) ?? [];
    if (id !== undefined) sizes.set(id, Number(size));
  }
  for (const file of files) {
    const long =
      (file.added ?? 0) + (file.deleted ?? 0) > maxLines ||
      file.blobs.some((id) => (sizes.get(id) ?? 0) > maxBlob);
    if (refusalOf(file.path) !== null || (file.from !== null && refusalOf(file.from) !== null))
      file.fold = 'secret';
    else if (file.added === null) file.fold = 'binary';
    else if (!alone && overstorysOwn.test(file.path)) file.fold = 'overstory';
    else if (!alone && long) file.fold = 'large';
  }
}

/** Fills in the patches of those that are not folded, in their order, until the bytes are used up. */
async function addPatches(
  git: ObjectsGit,
  base: string,
  head: string,
  files: Changed[],
  maxBytes: number,
): Promise<void> {
  const open = files.filter((file) => file.fold === null);
  let left = maxBytes;
  for (let from = 0; from < open.length; from += pathsAtOnce) {
    const some = open.slice(from, from + pathsAtOnce);
    const names = some.flatMap(({ path, from }) => (from === null ? [path] : [from, path]));
    const told =
      left <= 0
        ? null
        : await git(['--literal-pathspecs', ...plain, '-p', '-U3', base, head, ...pathspec(names)], {
            maxBuffer: left,
            timeout: gitMs,
          });
    const sections = (told?.stdout ?? '').split(/^(?=diff --git )/m).filter(Boolean);
    // The last one may have been cut in the middle.
    if (told?.failed) sections.pop();
    for (const file of some) {
      const mine = sections.splice(0, file.sections);
      const patch = mine.map(hunks).join('\n');
      left -= Buffer.byteLength(mine.join(''));
      if (mine.length < file.sections || left < 0) file.fold = 'rest';
      else file.patch = patch;
    }
  }
}

/** Without the lines that name the file, which are told apart from it. */
function hunks(section: string): string {
  const begin = section.search(/^@@ /m);
  return begin < 0 ? '' : section.slice(begin).replace(/\n$/, '');
}
