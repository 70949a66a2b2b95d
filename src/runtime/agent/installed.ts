// Which `ov` is installed, as one short string that changes when another one is put in its place. A few stats, no
// process: it is looked at before every call.
import { realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/** @param program  path of `ov`, or its name on PATH. @returns '' when there is none */
export async function installedOv(program: string): Promise<string> {
  const places = isAbsolute(program)
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const place of places) {
    const file = await realpath(place).catch(() => null);
    if (file === null) continue;
    // A package's `ov` stays the same file while the rest of it is replaced: its package.json says so.
    const [near, above] = [dirname(file), dirname(dirname(file))];
    const parts = [file, join(near, 'package.json'), join(above, 'package.json')].map(async (path) => {
      const found = await stat(path, { bigint: true }).catch(() => null);
      return found === null ? '' : `${path}:${found.ino}:${found.size}:${found.mtimeNs}`;
    });
    return (await Promise.all(parts)).join('\n');
  }
  return '';
}
