// 90,000 generated fleets, the properties of DESIGN "Scheduling rules".
import { describe, expect, it } from 'vitest';
import * as scheduler from '../../src/scheduler/index.ts';
import { properties } from './properties.ts';

const fleetsPerShare = 2_000;

describe('scheduler properties', () => {
  for (const { name, share, check } of properties)
    it(name, () => check(scheduler, { numRuns: share * fleetsPerShare }), 60_000);

  it('judges at least 20,000 generated fleets', () => {
    expect(properties.reduce((sum, { share }) => sum + share * fleetsPerShare, 0)).toBeGreaterThanOrEqual(
      20_000,
    );
  });
});
