// What a failing seed is worth: it is found, printed, run again by the printed command to the same end, and shrunk to
// a schedule that still breaks the same invariant. Held by a planted bug, through the command itself.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const planted = 'sessions that are starting take no slot';

interface Printed {
  seed: number;
  violation: string;
  steps: [before: number, after: number];
  shrunk: string;
  /** the smallest schedule, and what happened last in it */
  rest: string;
  again: string;
}

/** The first failing seed that the command printed. */
function read(stdout: string): Printed {
  const text = stdout.split('\n\n').find((one) => one.includes('FAILED')) ?? '';
  const [first = '', second = '', ...rest] = text.slice(text.search(/^seed \d+ FAILED/m)).split('\n');
  const [, seed, violation = ''] = /^seed (\d+) FAILED: (.*)$/.exec(first) ?? [];
  const [, before, after, shrunk = ''] = /^shrunk from (\d+) to (\d+) steps: (.*)$/.exec(second) ?? [];
  const again = rest.find((line) => line.startsWith('again: '))?.slice('again: '.length) ?? '';
  return {
    seed: Number(seed),
    violation,
    steps: [Number(before), Number(after)],
    shrunk,
    rest: rest.filter((line) => line.startsWith('  +')).join('\n'),
    again,
  };
}

it('a failing seed is found, shrunk, and fails in the same way by the command that is printed', {
  timeout: 180_000,
}, async () => {
  const search = await execa(
    'npm',
    ['run', '--silent', 'test:simulation', '--', '--seeds', '2', '--from', '1', '--planted', planted],
    { cwd: root, reject: false },
  );
  expect(search.exitCode).toBe(1);
  const found = read(search.stdout);
  expect(found.violation).toMatch(/^(slots|reservations): /);
  const [before, after] = found.steps;
  expect(after).toBeLessThan(before);
  // It is printed, ready to be read.
  expect(found.rest.split('\n')).toHaveLength(after);
  const invariant = (violation: string) => violation.split(':')[0];
  expect(invariant(found.shrunk)).toBe(invariant(found.violation));

  expect(found.again).toContain(`--from ${found.seed} `);
  const replay = await execa('sh', ['-c', found.again], { cwd: root, reject: false });
  expect(replay.exitCode).toBe(1);
  expect({ ...read(replay.stdout) }).toEqual(found);
});

it('the same seed of the program itself holds', { timeout: 60_000 }, async () => {
  const { stdout } = await execa(
    'npm',
    ['run', '--silent', 'test:simulation', '--', '--seeds', '1', '--from', '1'],
    { cwd: root },
  );
  expect(stdout).toContain('1 seeds from 1: 0 failed');
});
