// The one thing read from overstory's own files: the project's name, since tmux sessions carry it.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * project.name of `<root>/.overstory/config.yaml`, or of config.local.yaml, which overrides it.
 * Null when there is none or the file cannot be used: `ov` then takes the folder's name.
 */
export async function readProjectName(root: string): Promise<string | null> {
  return (
    (await nameIn(join(root, '.overstory', 'config.local.yaml'))) ??
    (await nameIn(join(root, '.overstory', 'config.yaml')))
  );
}

/** What a file said when it was as `stamp` says: every start of a session asks for the names of all products. */
const read = new Map<string, { stamp: string; name: string | null }>();

async function nameIn(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const stamp = `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
    const before = read.get(path);
    if (before?.stamp === stamp) return before.name;
    const name = nameOf(await readFile(path, 'utf8'));
    read.set(path, { stamp, name });
    return name;
  } catch {
    read.delete(path);
    return null;
  }
}

function nameOf(text: string): string | null {
  try {
    const name: unknown = parse(text)?.project?.name;
    return typeof name === 'string' && name !== '' ? name : null;
  } catch {
    return null;
  }
}
