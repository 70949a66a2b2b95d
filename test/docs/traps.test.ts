import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keptResults, provedOn, recordedFor, renderOverstoryPage } from '../../scripts/overstory-traps.ts';
import { traps } from '../sessions/traps.ts';

it('docs/overstory.md has its tables as they are now (mend: npm run docs -- overstory)', () => {
  expect(readFileSync('docs/overstory.md', 'utf8')).toBe(renderOverstoryPage());
});

it('docs/results/overstory.json has no case whose test is gone (mend: npm run docs -- overstory)', () => {
  expect(JSON.parse(readFileSync('docs/results/overstory.json', 'utf8'))).toEqual(keptResults());
});

it.each(traps.map((one) => [one.trap, one] as const))(
  'is held by tests that exist: %s',
  (_trap, { test, real }) => {
    expect(test === null && typeof real !== 'string').toBe(false);
    if (test !== null) {
      const [file = '', name = ''] = test.split(/: (.*)/s);
      // As it stands in the source: in single quotes a quote is escaped.
      expect(readFileSync(file, 'utf8').replaceAll("\\'", "'")).toContain(name);
    }
    const results = JSON.parse(readFileSync('docs/results/overstory.json', 'utf8'));
    if (typeof real === 'string') expect(provedOn(results, real)).not.toEqual([]);
    else if ('recorded' in real) expect(recordedFor(real.recorded)).not.toEqual([]);
  },
);
