import { defineConfig } from 'vitest/config';

// What takes the machine for itself: gateways, browsers, containers, figures. One file at a time, after the
// rest: beside each other they only make each other slow, and on two cores slow looks like broken.
const whole = ['compose', 'openclaw', 'slack', 'bench', 'recovery', 'sessions', 'security', 'dashboard'].map(
  (f) => `test/${f}/**/*.test.ts`,
);

const common = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: whole,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'whole',
          include: whole,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
