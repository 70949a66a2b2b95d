// Circles in needs.
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { expect, property } from './property.ts';

const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });

export const cyclesFound = property(
  'findCycle names a circle exactly when there is one',
  1,
  edges,
  ({ findCycle }, pairs) => {
    const objectives = Array.from({ length: 8 }, (_, i) => ({
      id: `obj-${i}`,
      needs: pairs.filter(([from]) => from === i).map(([, to]) => `obj-${to}`),
    }));
    // Oracle: take away whatever needs nothing that is left, until nothing can be taken.
    let left = objectives;
    for (let size = -1; size !== left.length; ) {
      size = left.length;
      const ids = new Set(left.map(({ id }) => id));
      left = left.filter(({ needs }) => needs.some((id) => ids.has(id)));
    }
    const cycle = findCycle(objectives);
    deepStrictEqual(cycle !== null, left.length > 0);
    if (cycle) {
      deepStrictEqual(cycle[0], cycle.at(-1));
      expect(cycle.length > 1, 'Expected a circle of at least one step');
      for (const [index, id] of cycle.slice(1).entries())
        expect(
          objectives.find((o) => o.id === cycle[index])?.needs.includes(id) === true,
          `Expected ${cycle[index]} to need ${id}`,
        );
    }
  },
);
