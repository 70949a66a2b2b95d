// The simulation is worth what it finds: every planted bug must be found, by an invariant that it breaks. Looked for
// first where it was found before; when a change of the program has moved it, in the first seeds.
import { describe, expect, it } from 'vitest';
import { invariants } from './invariants.ts';
import { find, plantedBugs } from './planted.ts';

describe('a planted bug is found', () => {
  it.each(plantedBugs.filter(({ seldom }) => !seldom))('$name', { timeout: 240_000 }, async (planted) => {
    const found = await find(planted, 150);
    expect(planted.breaks, found?.what).toContain(found?.invariant);
  });

  it('every invariant has one in this run', () => {
    const broken = new Set(plantedBugs.filter(({ seldom }) => !seldom).flatMap(({ breaks }) => breaks));
    expect(Object.keys(invariants).filter((one) => !broken.has(one as keyof typeof invariants))).toEqual([]);
  });
});
