// The plugin's folder as the gateway loads it: built code, manifest, skill. OpenClaw copies the whole folder
// that it is pointed at, so it is never pointed at the repository.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Lays the plugin into `folder` (made if missing, files overwritten).
 * @param from.root the repository: package.json, openclaw.plugin.json, skills/
 * @param from.dist where `npm run build` wrote openclaw/index.js
 */
export async function layPlugin(from: { root: string; dist: string }, folder: string): Promise<void> {
  await mkdir(join(folder, 'dist'), { recursive: true });
  // Its dependencies are inside the bundle: named, OpenClaw would look for them.
  const { name, version, type, openclaw } = JSON.parse(
    await readFile(join(from.root, 'package.json'), 'utf8'),
  );
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version, type, openclaw }, null, 2));
  await cp(join(from.root, 'openclaw.plugin.json'), join(folder, 'openclaw.plugin.json'));
  await cp(join(from.root, 'skills'), join(folder, 'skills'), { recursive: true });
  await cp(join(from.dist, 'openclaw'), join(folder, 'dist/openclaw'), { recursive: true });
}
