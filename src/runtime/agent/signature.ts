// A product's `.overstory` as one short string that changes when overstory wrote something. Reading
// (`ov status`, `ov mail list`) leaves the databases' size and time alone and makes only an empty -wal
// come and go, so neither counts.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const counted = /^(?:.+\.db|.+\.db-wal|current-run\.txt|config\.yaml|config\.local\.yaml)$/;

/** @returns null when the folder has no readable `.overstory` */
export async function signatureOf(folder: string): Promise<string | null> {
  const inside = join(folder, '.overstory');
  try {
    const names = (await readdir(inside)).filter((name) => counted.test(name)).sort();
    const parts = await Promise.all(
      names.map(async (name) => {
        const stamp = await stampOf(join(inside, name));
        return stamp === '' || (name.endsWith('-wal') && stamp.split(':')[1] === '0')
          ? ''
          : `${name}:${stamp}`;
      }),
    );
    return parts.filter((part) => part !== '').join('\n');
  } catch {
    return null;
  }
}

/** A file as a string that changes with it, also where a program set its time back; '' when there is none. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? '' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
}

/** The lines of a signature that `ov serve` does not tell about: the run, the configuration, the merge queue. */
export function frameOf(signature: string): string {
  return signature
    .split('\n')
    .filter((line) => /^(?:current-run|config|merge-queue)/.test(line))
    .join('\n');
}
