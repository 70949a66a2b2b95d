// `npm run test:overstory`: the real `ov`. Not in the ordinary suite: a coordinator takes 12 s to start.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The run may be another user's than the checkout.
  cacheDir: join(tmpdir(), 'vitest-overstory'),
  test: {
    fsModuleCache: false,
    include: ['test/real/*.real.ts'],
    reporters: ['default', './test/support/summary-reporter.ts', './test/real/record-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
