// Starts a built program: directly on a Node that can run it (in the containers always), else through the
// packaged Node 24.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param name of a file in dist/ */
export async function startBuilt(name) {
  const built = join(root, 'dist', name);
  if (!existsSync(built)) {
    console.error(
      `NOT_BUILT: Expected dist/${name}, found none. Mend: run \`npm ci && npm run build\` first.`,
    );
    process.exit(5);
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) await import(built);
  else {
    process.argv.splice(2, 0, 'node', built);
    await import('./node24.mjs');
  }
}
