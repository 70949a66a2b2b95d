// `npm run bench [-- <group>… | against …] [--quick]`: runs groups of figures, prints a table, keeps
// bench/results/latest.json. Exit 1 when a ratio or a count misses its aim.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { against } from './against/index.ts';
import { type Figure, met } from './figure.ts';
import { describeMachine } from './machine.ts';
import { type Results, readResults, resultsFile } from './results.ts';

interface Group {
  run(options: { quick: boolean }): Promise<Figure[]>;
}

const groups: Record<string, () => Promise<Group>> = {
  status: () => import('./status.ts'),
  channel: () => import('./channel.ts'),
  view: () => import('./view.ts'),
  change: () => import('./change.ts'),
  start: () => import('./start.ts'),
  idle: () => import('./idle.ts'),
  scale: () => import('./scale.ts'),
  journal: () => import('./journal.ts'),
  year: () => import('./year.ts'),
  plugin: () => import('./plugin.ts'),
  notice: () => import('./notice.ts'),
  scheduler: () => import('./scheduler.ts'),
  runtimes: () => import('./runtimes.ts'),
};
/** Minutes each: by name only. */
const long: Record<string, () => Promise<Group>> = {
  soak: () => import('./soak.ts'),
  'idle-gateway': () => import('./idle-gateway.ts'),
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const quick = process.argv.includes('--quick');
const all = { ...groups, ...long };
const unknown = words[0] === 'against' ? [] : words.filter((word) => !(word in all));
if (unknown.length > 0) {
  console.error(`Expected against, ${Object.keys(all).join(', ')}, got ${unknown.join(', ')}.`);
  process.exit(2);
}
/** What to run, by the name that its results are kept under. */
const asked: Record<string, { beside?: string; run: () => Promise<Figure[] | undefined> }> =
  words[0] === 'against'
    ? await against(words.slice(1), { quick })
    : Object.fromEntries(
        (words.length > 0 ? words : Object.keys(groups)).map((name) => [
          name,
          { run: async () => (await all[name]?.())?.run({ quick }) },
        ]),
      );

const rows: string[][] = [['figure', 'result', 'aim', '', 'why']];
let failed = false;
for (const [name, { run, beside }] of Object.entries(asked)) {
  const machine = describeMachine();
  console.error(`${name}: (node -e 0 takes ${machine.nodeMs.toFixed(0)} ms now)`);
  const figures = await run();
  if (figures === undefined) continue;
  const results: Results = {
    ...readResults(),
    [name]: { at: new Date().toISOString(), quick, machine, figures, beside },
  };
  mkdirSync(dirname(resultsFile), { recursive: true });
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  for (const figure of figures) {
    const reached = met(figure);
    if (reached === false && figure.kind !== 'absolute') failed = true;
    const { value, unit, limit, better } = figure;
    rows.push([
      figure.name,
      value === null ? 'not measured' : `${number(value)} ${unit}`.trim(),
      limit === null ? '' : `${better === 'more' ? '≥' : '≤'} ${limit} ${unit}`.trim(),
      reached === null ? '' : reached ? 'met' : 'MISSED',
      figure.why,
    ]);
  }
}
const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
for (const row of rows)
  console.log(
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
process.exitCode = failed ? 1 : 0;

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
