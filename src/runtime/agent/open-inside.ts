// Opens a file of a product, whatever a worker does to it and to the folders on its way meanwhile.
import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';

/**
 * @param real  resolved and judged already
 * @returns null: it may not be opened. moved: what was opened is not what was judged: a folder on the way has become a link
 */
export async function openInside(real: string): Promise<FileHandle | 'moved' | null> {
  // O_NONBLOCK: opening a named pipe must not wait for its writer. O_NOFOLLOW: the path is resolved already.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(real, flags).catch(() => null);
  if (handle === null) return null;
  // Without /proc the path is looked at once more: later than the opening, so a link that still stands is seen.
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(real).catch(() => ''));
  if (opened === real) return handle;
  await handle.close();
  return 'moved';
}
