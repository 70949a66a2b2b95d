// What is read from overstory's own files: the project's name, since tmux sessions carry it, and the branch that it
// merges into.
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

/** project.canonicalBranch of the same files; null: not said, and `ov` takes `main`. */
export async function readCanonicalBranch(root: string): Promise<string | null> {
  for (const file of ['config.local.yaml', 'config.yaml']) {
    const text = await readFile(join(root, '.overstory', file), 'utf8').catch(() => '');
    const branch = projectField(text, 'canonicalBranch');
    if (branch !== null) return branch;
  }
  return null;
}

const nameOf = (text: string) => projectField(text, 'name');

function projectField(text: string, field: 'name' | 'canonicalBranch'): string | null {
  try {
    const value: unknown = parse(text)?.project?.[field];
    return typeof value === 'string' && value !== '' ? value : null;
  } catch {
    return null;
  }
}
