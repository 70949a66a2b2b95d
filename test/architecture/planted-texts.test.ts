// Planted bugs and mutants are changes of source text, and looked for at night only: that each still finds its text is
// seen here, with the change that moves it.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutants } from '../scheduler/mutants.ts';
import { plantedBugs } from '../simulation/planted.ts';

const texts = [
  ...plantedBugs.flatMap(({ name, edits }) => edits.map(([file, from]) => ({ name, file, from }))),
  ...mutants.map(({ name, file, from }) => ({ name, file: `scheduler/${file}`, from })),
];

it('finds the text of each planted bug and mutant once', () => {
  const source = (file: string) => readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
  const misses = texts.flatMap(({ name, file, from }) => {
    const found = source(file).split(from).length - 1;
    return found === 1 ? [] : `${name}: ${found} times in src/${file}: ${from}`;
  });
  expect(misses).toEqual([]);
});
