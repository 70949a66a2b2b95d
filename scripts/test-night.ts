// `npm run test:night [-- <name> …]`: what takes longer than a change should wait for, one after the other; hours in all.
// Each says what it guards; what has figures writes them under docs/results itself. A run without names writes into
// docs/results/night.json how each ended and how long it took. Exit 1 when one failed; what this machine has no parts for
// is skipped and said.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { execa } from 'execa';

interface Suite {
  name: string;
  guards: string;
  /** program and its arguments, on the Node and with the programs of node_modules */
  run: string[];
  env?: Record<string, string>;
  /** environment variables without which it cannot run */
  needs?: string[];
}

const suites: Suite[] = [
  {
    name: 'slow',
    guards:
      'long fleets, every page by axe, the package in a stock OpenClaw, every kill point, every planted bug, kill -9 of fleetd at 50 products and 10,000 objectives',
    run: ['vitest', 'run', '--project', 'night'],
  },
  {
    name: 'simulation',
    guards: 'the properties of the loop under 2,000 fault schedules',
    run: ['node', 'scripts/simulation.ts', '--seeds', '2000', '--record'],
  },
  {
    name: 'planted-bugs',
    guards: 'that the simulation sees the bugs that it is there for',
    run: ['node', 'scripts/planted-bugs.ts'],
  },
  {
    name: 'mutants',
    guards: "that the scheduler's tests see a changed rule",
    run: ['tsx', 'scripts/scheduler-mutants.ts'],
  },
  {
    name: 'fuzz',
    guards: 'every parser of text from outside, 100,000 cases each',
    run: ['vitest', 'run', 'test/security/fuzz.test.ts'],
    env: { FUZZ_CASES: '100000' },
  },
  {
    name: 'stack',
    guards:
      'the box that the bundle keeps its workers in, a conversation in Slack, a human’s own repositories',
    run: ['vitest', 'run', '--project', 'stack'],
  },
  {
    name: 'kills',
    guards: 'every process and container of the bundle, killed',
    run: ['vitest', 'run', '--project', 'kills', 'test/compose/kills.test.ts'],
  },
  {
    name: 'host',
    guards: 'a restart of the engine and of the host',
    run: ['vitest', 'run', '--project', 'kills', 'test/compose/host.test.ts'],
    env: { OWN_HOST: '1' },
  },
  {
    name: 'cycles',
    guards: 'that 200 sessions with random faults leave nothing alive',
    run: ['tsx', 'scripts/session-cycles.ts', '200', '--record'],
  },
  {
    name: 'overstory',
    guards: 'the traps of the real overstory',
    run: ['tsx', 'scripts/test-overstory.ts', '--record'],
    needs: ['OVERSTORY_SRC'],
  },
  {
    name: 'claude',
    guards: 'the whole chain on the real overstory and the real Claude Code',
    run: ['tsx', 'scripts/test-claude.ts', '--record'],
    needs: ['OVERSTORY_SRC'],
  },
  {
    name: 'repositories',
    guards: 'what is said of each kind of repository, and what a session makes of it',
    run: ['tsx', 'scripts/repositories.ts', 'run'],
  },
  { name: 'bench', guards: 'the figures of docs/performance.md', run: ['tsx', 'bench/main.ts'] },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `Expected names of suites (${suites.map(({ name }) => name).join(', ')}), got ${unknown.join(', ')}.`,
  );
  process.exit(2);
}

interface Ended {
  name: string;
  guards: string;
  state: 'passed' | 'failed' | 'skipped';
  seconds: number;
}
const ended: Ended[] = [];
// What is built is what several of them start.
await execa('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
for (const { name, guards, run, env, needs = [] } of suites) {
  const [program = '', ...words] = run;
  if (asked.length > 0 && !asked.includes(name)) continue;
  const missing = needs.filter((variable) => !process.env[variable]);
  console.log(
    `\n== ${name}: ${guards}${missing.length > 0 ? `; skipped, ${missing.join(', ')} is not set` : ''}`,
  );
  const startedAt = performance.now();
  const { exitCode } =
    missing.length > 0
      ? { exitCode: null }
      : await execa(program, words, { env, stdio: 'inherit', reject: false });
  ended.push({
    name,
    guards,
    state: exitCode === null ? 'skipped' : exitCode === 0 ? 'passed' : 'failed',
    seconds: Math.round((performance.now() - startedAt) / 1000),
  });
}

if (asked.length === 0) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  writeFileSync(
    'docs/results/night.json',
    `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), version, cores: availableParallelism(), ended }, null, 2)}\n`,
  );
}
for (const { name, state, seconds } of ended)
  console.log(`${state.padEnd(8)}${String(seconds).padStart(6)} s  ${name}`);
process.exit(ended.some(({ state }) => state === 'failed') ? 1 : 0);
