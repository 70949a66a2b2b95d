import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests start hundreds of processes of the same few programs: each is compiled once.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

// Three speeds (CONTRIBUTING.md): `npm test` runs `parts` and `main-job`, `npm run test:whole` what follows, and
// `npm run test:night` what takes longer than a change should wait for.

/** The main job once, through the real gateway. */
const mainJob = ['test/trial/main-job.test.ts'];

/** Whole fleets over ov-sim, with processes, tmux and git of their own: tens of seconds each, mostly of waiting. */
const fleets = [
  // no whole fleet, but more processes than a change should wait for
  'test/checkout/large-files.test.ts',
  'test/cli/{broken-help,cli}.test.ts',
  'test/runtime/local-agent.test.ts',
  'test/runtime/doctor/doctor.test.ts',
  'test/runtime/lease/processes.test.ts',
  'test/simulator/contract.test.ts',
  'test/bad-input/**/*.test.ts',
  'test/openclaw/config.test.ts',
  'test/claude/{hooks,terminal,usage,worker}.test.ts',
  'test/checkout/publish.test.ts',
  'test/fleet/gates/sim.test.ts',
  'test/journal/{archive,archive-kills}.test.ts',
  'test/recovery/{direct,restart}.test.ts',
  'test/sessions/**/*.test.ts',
];

/** The same where one test takes a minute, or what it guards has a quicker test beside it: at night. */
const longFleets = [
  'test/cli/live.test.ts',
  'test/fleet/{load,blueprint/sim}.test.ts',
  'test/sessions/{checkout,cycles,direct,disks,gone,limits,machine,move-engine,take-over}.test.ts',
  'test/simulator/swarm.test.ts',
];

// What takes the machine for itself: gateways, browsers, figures. One file at a time: beside each other they only make
// each other slow, and on two cores slow looks like broken.
const whole = [
  'test/dashboard/**/*.test.ts',
  'test/openclaw/{controls,gates,gateway,telegram}.test.ts',
  'test/security/{gateway-limits,limits}.test.ts',
  'test/trial/{gateway,main-job}.test.ts',
];

/**
 * Long fleets, what is packed in a stock OpenClaw, pages of the gateway in Chromium, every kill point, every planted bug, more seeds, floods and fuzz, remotes of every
 * kind, disks that go, ratios to a build before, and figures at sizes that take minutes to lay down.
 */
const night = [
  ...longFleets,
  'test/bench/**/*.test.ts',
  'test/deliver/**/*.test.ts',
  'test/dashboard/every-page.test.ts',
  'test/openclaw/{discord,models,package,panel,telegram-restart,webchat-notices}.test.ts',
  'test/eval/eval-model.test.ts',
  'test/checkout/clone-size.test.ts',
  'test/checkout/untouched.test.ts',
  'test/recovery/recovery.test.ts',
  'test/security/{agent-flood,flood,fuzz,swamped}.test.ts',
  'test/repositories/repositories.test.ts',
  'test/simulation/kill-points.test.ts',
  'test/simulation/partitions.test.ts',
  'test/simulation/planted-bugs.test.ts',
  'test/simulation/seeds.test.ts',
  'test/trial/own-repositories.test.ts',
];

/** The bundle under attack, in Slack, and on a human's own repositories: `npm run test:night -- stack`. */
const stack = ['test/compose/{box,conversation,own-repositories}.test.ts'];

/** The real kubectl before a real containerd, and before a cluster of yours: `npm run test:kubernetes`. */
const clusters = ['test/kubernetes/{containerd,cluster}.test.ts'];

/** The bundle while something of it, or its host, is killed: `npm run test:night -- kills` and `test:host`. */
const kills = ['test/compose/kills.test.ts', 'test/compose/host.test.ts'];

// The files of test/compose share one stack: what counts from a fresh one comes first, then what takes it as it then is
// (making it anew takes long).
const ends: Record<string, number> = { 'bundle.test.ts': -2, 'box.test.ts': -1 };
class SharedStackOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      moduleId.includes('/test/compose/') ? (ends[moduleId.split('/').at(-1) ?? ''] ?? 0) : 0;
    // Stable: all else keeps its order.
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** @param groupOrder projects run one after the other */
const project = (name: string, groupOrder: number, test: TestProjectInlineConfiguration['test']) => ({
  test: {
    name,
    // Beyond what any takes on a busy machine: what waits has its own limit, and says what it saw.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/support/tmux.ts'],
    sequence: { groupOrder },
    ...test,
  },
});

const sharedStack = {
  fileParallelism: false,
  globalSetup: ['test/support/tmux.ts', 'test/compose/setup.ts'],
};

export default defineConfig({
  test: {
    sequence: { sequencer: SharedStackOrder },
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      project('parts', 0, {
        include: ['test/**/*.test.ts'],
        exclude: [...fleets, ...whole, ...night, ...clusters, 'test/compose/**'],
        maxWorkers: 3,
      }),
      project('main-job', 0, { include: mainJob, maxWorkers: 3 }),
      project('fleets', 2, { include: fleets, exclude: night, maxWorkers: 4 }),
      project('whole', 3, { include: whole, exclude: [...mainJob, ...night], fileParallelism: false }),
      // Last, so that the stack which these files share is up no longer than they run.
      project('compose', 4, {
        include: ['test/compose/**/*.test.ts'],
        exclude: [...stack, ...kills],
        ...sharedStack,
      }),
      project('night', 5, { include: night, fileParallelism: false }),
      project('stack', 6, { include: stack, ...sharedStack }),
      project('kills', 7, { include: kills, ...sharedStack }),
      project('clusters', 8, { include: clusters, fileParallelism: false }),
    ],
  },
});
