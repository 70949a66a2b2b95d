// The one thing read from overstory's own files: the project's name, since tmux sessions carry it.
import { readFile } from 'node:fs/promises';
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

async function nameIn(path: string): Promise<string | null> {
  try {
    const name: unknown = parse(await readFile(path, 'utf8'))?.project?.name;
    return typeof name === 'string' && name !== '' ? name : null;
  } catch {
    return null;
  }
}
