// docs/commands.md is what the verbs say, and what pages tell a reader to type or to say is understood.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCommands } from '../../scripts/commands.ts';
import { examples } from '../../src/simulator/demo/sentences.ts';
import { parse } from '../../src/verbs/grammar.ts';
import { parseWords, verbs } from '../../src/verbs/index.ts';

const pages = [
  'README.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
const read = (page: string) => readFileSync(page, 'utf8');

it('docs/commands.md lists the verbs as they are (mend: npm run docs -- commands)', () => {
  expect(read('docs/commands.md')).toBe(renderCommands());
});

it('README.md stays within 100 lines, and names eight sentences that the model of the trial knows', () => {
  const readme = read('README.md');
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(100);
  const said = [...readme.matchAll(/^- "([^"]+)"/gm)].map(([, sentence]) => sentence);
  expect(said).toHaveLength(8);
  expect(said.filter((sentence) => !examples.includes(sentence ?? ''))).toEqual([]);
});

/** `fleet status product-a` in code; not `fleet …`, which stands for any, nor what is run by another program. */
const typed = pages.flatMap((page) =>
  [...read(page).matchAll(/`(?:docker compose exec fleetd |bin\/|\/)?fleet ([a-z][^`…<|]*)`/g)].map(
    ([, words = '']) => [page, words] as const,
  ),
);

describe('the examples of each verb', () => {
  it.each(verbs.map((verb) => [verb.name, verb] as const))('%s', (name, { examples, surfaces }) => {
    for (const line of surfaces.includes('cli') ? examples : []) {
      const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
        ([, double, single, bare]) => double ?? single ?? bare ?? '',
      );
      expect(parseWords(words).verb.name).toBe(name);
    }
    if (surfaces.includes('chat')) expect(parse(examples[0], 'chat', verbs).verb.name).toBe(name);
  });
});

describe('what is typed', () => {
  it('is found', () => expect(typed.length).toBeGreaterThan(20));

  it.each(typed)('in %s: fleet %s', (_page, line) => {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    // A verb that is named without its operands is only named.
    if (words.length === 1) expect(verbs.map(({ name }) => name)).toContain(words[0]);
    else expect(() => parseWords(words)).not.toThrow();
  });
});
