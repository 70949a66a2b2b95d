// Writes what the run showed to OVERSTORY_RESULT, one case per test: name, state and duration in ms.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export default class RecordReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!process.env.OVERSTORY_RESULT) return;
    const cases = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => ({
        name: test.fullName,
        state: test.result().state,
        ms: Math.round(test.diagnostic()?.duration ?? 0),
      })),
    );
    writeFileSync(process.env.OVERSTORY_RESULT, JSON.stringify(cases));
  }
}
