// npm run check:screens -- <folder> [--now <ISO>]: how each pane (*.txt, recursive) would be read. One line each: file,
// state, code, data. Exit 1 when one cannot be placed: there is text, and nothing in it is known to be Claude Code's.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readScreen } from '../src/overstory/screen.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { now: { type: 'string' } } });
const now = values.now === undefined ? Date.now() : Date.parse(values.now);
if (positionals.length === 0 || Number.isNaN(now)) {
  process.stderr.write('Expected a folder of panes: npm run check:screens -- <folder> [--now <ISO time>]\n');
  process.exit(2);
}

const panesIn = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.txt'))
        .sort()
        .map((name) => join(path, name))
    : [path];

let misses = 0;
for (const folder of positionals) {
  for (const file of panesIn(folder)) {
    const screen = readScreen(readFileSync(file, 'utf8'), now);
    const { limit } = screen;
    const data = limit && [
      `window=${limit.window}`,
      `resets=${limit.resetsAt ?? 'unsaid'}`,
      ...(limit.continuesByItself ? ['continues by itself'] : []),
      ...(limit.opensMenu ? ['menu'] : []),
    ];
    const words = screen.problem?.message.replace(/^.*?(?:It says: |for a human: |$)/, '').slice(0, 80);
    const told = screen.placed ? screen.state : 'NOT PLACED';
    if (!screen.placed) misses += 1;
    process.stdout.write(
      `${[
        relative(folder, file) || file,
        told,
        screen.problem?.code ?? '-',
        ...(data ?? []),
        ...(screen.passing ? ['passing'] : []),
        ...(screen.acceptsText ? [] : ['takes no text']),
        ...(words ? [JSON.stringify(words)] : []),
      ].join('  ')}\n`,
    );
  }
}
if (misses > 0) process.stderr.write(`${misses} not placed.\n`);
process.exitCode = misses > 0 ? 1 : 0;
