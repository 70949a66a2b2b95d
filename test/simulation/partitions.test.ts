// One partition of each length and way, in the middle of work: whenever it heals, the objective goes on or goes back to the
// queue, and is done in the end; nothing runs twice.
import { describe, expect, it } from 'vitest';
import type { Action, Schedule } from './schedule.ts';
import { simulate } from './simulate.ts';

const minute = 60_000;

const start = (product: string): Action => ({
  do: 'start',
  product,
  key: `key-${product.slice(1)}`,
  fate: { kind: 'completes', afterMs: 30 * minute, asks: null, waits: false },
  needs: [],
});

const cutFor = (forMs: number, way: 'there' | 'back' | 'both'): Schedule => ({
  seed: Math.round(forMs / 1_000),
  products: ['p1', 'p2'],
  slots: 2,
  memoryGiB: null,
  wallOffsetMs: 0,
  machines: [
    { name: 'm1', maxMemoryGiB: 1, rate: 0.992, delayMs: 20 },
    { name: 'm2', maxMemoryGiB: 1, rate: 1.008, delayMs: 20 },
  ],
  steps: [
    { afterMs: 0, action: start('p1') },
    { afterMs: 1_000, action: start('p2') },
    { afterMs: 2 * minute, action: { do: 'partition', machine: 'm1', way, forMs } },
    { afterMs: 20 * minute, action: { do: 'message', product: 'p2', text: 'note' } },
  ],
});

describe.each(['there', 'back', 'both'] as const)('cut off %s', (way) => {
  // The lease lapses after one minute; what runs is stopped after 11; after 13 fleetd knows.
  it.each([0.5, 5, 10.8, 11.2, 11.6, 12, 12.4, 12.8, 13.2, 15])(
    'for %f min',
    { timeout: 60_000 },
    async (min) => {
      const outcome = await simulate(cutFor(min * minute, way));
      expect(outcome.violation?.message ?? null, outcome.log.slice(-40).join('\n')).toBeNull();
      expect(outcome.log.filter((line) => / objective.ended: /.test(line))).toHaveLength(2);
    },
  );
});
