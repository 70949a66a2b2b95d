// The program `fleet`, as small as it can be: what it runs is compiled once and kept beside it, where that may be written.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded: only that is kept. Sources are compiled by whoever runs them.
if (import.meta.filename.endsWith('.cjs')) enableCompileCache(join(import.meta.dirname, 'cli/compiled'));

// not process.exit: what is written to a pipe may still be on its way
void import('./fleet.ts')
  .then(({ fleet }) => fleet(process.argv.slice(2)))
  .then((code) => {
    process.exitCode = code;
  });
