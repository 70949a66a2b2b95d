#!/usr/bin/env node
// Starts the built CLI: directly on a Node that can run it (in the containers always), else through the
// packaged Node 24.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', 'cli.js');

if (!existsSync(built)) {
  console.error('NOT_BUILT: Expected dist/cli.js, found none. Mend: run `npm ci && npm run build` first.');
  process.exit(5);
}
if (Number(process.versions.node.split('.')[0]) >= 24) await import(built);
else {
  process.argv.splice(2, 0, 'node', built);
  await import('./node24.mjs');
}
