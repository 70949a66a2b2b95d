// A token (the gateway's, the dashboard's) where the human gave none: made once and kept beside the state of
// what it opens, so that the link stays the same.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @returns 48 hex digits from `file`, which is made (mode 600) when it is not there or holds something else */
export async function keptToken(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null && /^[0-9a-f]{48}$/.test(known.trim())) return known.trim();
  const token = randomBytes(24).toString('hex');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}
