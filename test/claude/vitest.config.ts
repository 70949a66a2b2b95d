// `npm run test:claude`: the chain on the real `ov` and the real Claude Code, and with it what the ordinary suite tries on
// the pinned version alone.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The run may be another user's than the checkout.
  cacheDir: join(tmpdir(), 'vitest-claude'),
  test: {
    include: ['test/claude/*.real.ts', 'test/claude/*.test.ts'],
    reporters: ['default', './test/support/summary-reporter.ts', './test/real/record-reporter.ts'],
    testTimeout: 400_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
