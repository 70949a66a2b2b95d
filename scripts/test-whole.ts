// `npm run test:whole`: what runs on this machine, and the bundle beside it. Both wait most of the time, for processes
// and for containers: one after the other they take almost twice as long. What the bundle's tests printed follows when
// both have ended, then one line that counts all: what people and CI read.
import { execa } from 'execa';

const vitest = (...projects: string[]) =>
  execa(
    'vitest',
    ['run', '--passWithNoTests', ...projects.flatMap((name) => ['--project', name]), ...asked],
    {
      preferLocal: true,
      stdin: 'ignore',
      all: true,
      reject: false,
      buffer: true,
      maxBuffer: 100_000_000,
    },
  );

const asked = process.argv.slice(2);
const bundle = vitest('compose');
const here = vitest('fleets', 'whole');
here.all.pipe(process.stdout, { end: false });
const ran = [await here, await bundle];
console.log(ran[1]?.all);

const count = { passed: 0, failed: 0, skipped: 0 };
for (const { all, exitCode } of ran) {
  const line = all.match(/^\d+ passed, \d+ failed.*$/gm)?.at(-1) ?? '';
  const of = (what: keyof typeof count) => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  for (const what of Object.keys(count) as (keyof typeof count)[]) count[what] += of(what);
  // It ended without a word, or not for a test.
  if (exitCode !== 0 && of('failed') === 0) count.failed += 1;
}
console.log(
  `${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`,
);
process.exitCode = count.failed > 0 ? 1 : 0;
