// The first seeds of the simulation, for every change. 170 more: seeds.test.ts; more, and one seed again:
// `npm run test:simulation -- --seeds 2000 --from 1`.
import { expect, it } from 'vitest';
import { explain } from './explain.ts';

it.each([1, 16])('holds from seed %i on', { timeout: 180_000 }, async (first) => {
  for (let seed = first; seed < first + 15; seed += 1) expect(await explain(seed)).toBeNull();
});
