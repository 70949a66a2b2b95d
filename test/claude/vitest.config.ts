// `npm run test:claude`: the chain on the real `ov` and the real Claude Code, and with it what the ordinary suite tries on
// the pinned version alone.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Of `--bundle`: it needs none of what the others need, and they none of it. */
const bundle = 'test/claude/bundle.real.ts';

export default defineConfig({
  // The run may be another user's than the checkout.
  cacheDir: join(tmpdir(), 'vitest-claude'),
  test: {
    fsModuleCache: false,
    ...(process.env.BUNDLE_OVERSTORY
      ? { include: [bundle] }
      : { include: ['test/claude/*.real.ts', 'test/claude/*.test.ts'], exclude: [bundle] }),
    reporters: ['default', './test/support/summary-reporter.ts', './test/real/record-reporter.ts'],
    testTimeout: 400_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
