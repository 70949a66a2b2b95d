// A file that is written where the human says. Nothing is overwritten, and no link in its place is followed.
import { join } from 'node:path';
import { FleetError } from '../common/errors.ts';

/**
 * @param name without a folder
 * @throws FleetError FILE_UNWRITABLE
 */
export async function saveFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const { mkdir, writeFile } = await import('node:fs/promises');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, bytes, { flag: 'wx' });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
    throw new FleetError({
      code: 'FILE_UNWRITABLE',
      message: `Expected to write ${path}, got ${code === 'EEXIST' ? 'something that is there already' : code}.`,
      mend: 'Name a folder that you may write to, and that does not have these files yet.',
      cause,
    });
  }
}
