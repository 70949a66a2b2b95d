// artifact: one file that a final report names, whole. Its path is a worker's word: confined like a look, blind to secrets, a
// regular file only, and no longer than asked for.
import { relative } from 'node:path';
import type { ArtifactReply, ArtifactRequest } from '../../contract/runtime/artifact.ts';
import { pathInside } from './confine.ts';
import { refusalOf } from './look.ts';
import { openInside } from './open-inside.ts';

/** @param folder the product's resolved root */
export async function artifact(
  product: string,
  folder: string,
  { path, maxBytes }: ArtifactRequest,
): Promise<ArtifactReply> {
  const refused = (
    why: Extract<ArtifactReply, { refused: string }>['refused'],
    bytes: number | null = null,
  ) => ({
    refused: why,
    bytes,
  });
  const found = await pathInside(product, folder, path).catch(() => 'outside' as const);
  if (found === 'outside') return refused('outside');
  if (found === null) return refused('missing');
  if (refusalOf(relative(folder, found)) !== null || refusalOf(path) !== null) return refused('private');
  const handle = await openInside(found);
  if (handle === 'moved') return refused('outside');
  if (handle === null) return refused('unreadable');
  try {
    const { size, isFile } = await handle.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    if (!isFile) return refused('not-a-file');
    if (size > maxBytes) return refused('too-large', size);
    // One that grows meanwhile shows itself by the byte too many.
    const bytes = Buffer.alloc(Math.min(size, maxBytes) + 1);
    let read = 0;
    for (let more = 1; more > 0 && read < bytes.length; read += more)
      more = (await handle.read(bytes, read, bytes.length - read, read)).bytesRead;
    if (read > size) return refused('unreadable');
    return { base64: bytes.toString('base64', 0, read) };
  } catch {
    return refused('unreadable');
  } finally {
    await handle.close();
  }
}
