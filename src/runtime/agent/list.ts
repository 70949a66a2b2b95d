// list: the folders directly under the workspace root, whether or not the registry knows them.
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkspaceFolder } from '../../contract/runtime/protocol.ts';

const maxFolders = 1_000;

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

export async function list(workspaceRoot: string): Promise<WorkspaceFolder[]> {
  const entries = await readdir(workspaceRoot, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
    .slice(0, maxFolders);
  return await Promise.all(
    names.map(async (name) => {
      const root = join(workspaceRoot, name);
      const [git, overstory] = await Promise.all([
        exists(join(root, '.git')),
        exists(join(root, '.overstory', 'config.yaml')),
      ]);
      return { name, root, git, overstory };
    }),
  );
}
