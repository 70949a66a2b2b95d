// The table of features names commands that exist.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseWords } from '../../src/verbs/index.ts';

const text = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8');
const commands = [...text.matchAll(/`fleet ([^`]+)`/g)].map(([, words = '']) => words);

it('holds commands for every feature', () => expect(commands.length).toBeGreaterThan(45));

it.each(commands.filter((words) => !words.startsWith('doctor')))('fleet %s', (line) => {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  expect(() => parseWords(words)).not.toThrow();
});

it('misses no feature of Overmind that was asked for', () => {
  for (const feature of [
    ...['blueprint DAG', 'quests', 'rituals', 'ps --tree', 'kill --cascade', 'wait with exit code', 'result'],
    ...[
      'subscribe',
      'TUI',
      'web dashboard',
      'shared memory',
      'resource view',
      'restart policies',
      'isolation',
    ],
  ])
    expect(text).toContain(feature);
});
