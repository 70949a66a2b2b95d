// Which `ov` is installed, as one short string that changes when another one is put in its place. A few stats, no
// process: it is looked at before every call, at once, because a thread of the pool would cost more than the stat.
import { realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/** @param program  path of `ov`, or its name on PATH. @returns '' when there is none */
export function installedOv(program: string): string {
  const places = isAbsolute(program)
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const place of places) {
    const file = orNull(() => realpathSync(place));
    if (file === null) continue;
    // A package's `ov` stays the same file while the rest of it is replaced: its package.json says so.
    const [near, above] = [dirname(file), dirname(dirname(file))];
    return [file, join(near, 'package.json'), join(above, 'package.json')].map(stamp).join('\n');
  }
  return '';
}

function stamp(path: string): string {
  const found = orNull(() => statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null);
  return found === null ? '' : `${path}:${found.ino}:${found.size}:${found.mtimeNs}`;
}

/** What is not there, or not ours to see, is not installed. */
function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
