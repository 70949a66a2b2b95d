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
        const found = await stat(join(inside, name), { bigint: true }).catch(() => null);
        if (found === null || (name.endsWith('-wal') && found.size === 0n)) return '';
        return `${name}:${found.ino}:${found.size}:${found.mtimeNs}`;
      }),
    );
    return parts.filter((part) => part !== '').join('\n');
  } catch {
    return null;
  }
}

/** The lines of a signature that `ov serve` does not tell about: the run, the configuration, the merge queue. */
export function frameOf(signature: string): string {
  return signature
    .split('\n')
    .filter((line) => /^(?:current-run|config|merge-queue)/.test(line))
    .join('\n');
}
