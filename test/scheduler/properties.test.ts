// The properties of the rules in src/scheduler/README.md, judged on generated fleets and counted as they are judged.
import { describe, expect, it } from 'vitest';
import * as scheduler from '../../src/scheduler/index.ts';
import { properties } from './properties.ts';

const fleetsPerShare = 2_000;

describe('scheduler properties', () => {
  let judged = 0;
  for (const { name, share, check } of properties)
    it(name, () => {
      judged += check(scheduler, { numRuns: share * fleetsPerShare });
    }, 60_000);

  it('have judged at least 20,000 generated fleets', () => {
    console.log(`${judged} generated fleets judged by ${properties.length} properties`);
    expect(judged).toBeGreaterThanOrEqual(20_000);
  });
});
