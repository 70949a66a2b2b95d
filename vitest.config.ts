import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What takes the machine for itself: gateways, browsers, containers, figures. One file at a time, after the
// rest: beside each other they only make each other slow, and on two cores slow looks like broken.
const whole = ['openclaw', 'bench', 'recovery', 'sessions', 'security', 'dashboard', 'trial', 'claude'].map(
  (f) => `test/${f}/**/*.test.ts`,
);

// The files of test/compose share one stack: what counts from a fresh one comes first, then what takes it as it then is
// (making it anew takes long), and last what breaks it.
const ends: Record<string, number> = { 'bundle.test.ts': -2, 'box.test.ts': -1, 'kills.test.ts': 1 };
class SharedStackOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      moduleId.includes('/test/compose/') ? (ends[moduleId.split('/').at(-1) ?? ''] ?? 0) : 0;
    // Stable: all else keeps its order.
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const common = { testTimeout: 30_000, hookTimeout: 60_000, globalSetup: ['test/support/tmux.ts'] };

export default defineConfig({
  test: {
    sequence: { sequencer: SharedStackOrder },
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...whole, 'test/compose/**'],
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
      {
        test: {
          ...common,
          name: 'compose',
          include: ['test/compose/**/*.test.ts'],
          fileParallelism: false,
          globalSetup: ['test/support/tmux.ts', 'test/compose/setup.ts'],
          // Last, so that the stack which these files share is up no longer than they run.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
