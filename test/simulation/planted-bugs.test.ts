// The simulation is worth what it finds: every planted bug must be found, by an invariant that it breaks.
import { describe, expect, it } from 'vitest';
import { invariants } from './invariants.ts';
import { find, plantedBugs } from './planted.ts';

describe('a planted bug is found', () => {
  it.each(plantedBugs.filter(({ seldom }) => !seldom))('$name', { timeout: 240_000 }, async (planted) => {
    const found = await find(planted, 150);
    expect(planted.breaks, found?.what).toContain(found?.invariant);
  });

  it('every invariant has one', () => {
    const broken = new Set(plantedBugs.flatMap(({ breaks }) => breaks));
    expect(Object.keys(invariants).filter((one) => !broken.has(one as keyof typeof invariants))).toEqual([]);
  });
});
