// Seeds 51 to 200 of the simulation, at night.
import { expect, it } from 'vitest';
import { explain } from './explain.ts';

it.each(Array.from({ length: 6 }, (_, i) => 51 + i * 25))(
  'holds from seed %i on',
  { timeout: 180_000 },
  async (first) => {
    for (let seed = first; seed < first + 25; seed += 1) expect(await explain(seed)).toBeNull();
  },
);
