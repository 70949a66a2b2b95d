// From an objective accepted to the `ov coordinator start` that it causes, with a free slot.
import { readFileSync, watch } from 'node:fs';
import { atMost, quantile, spread } from '../../figure.ts';
import { type FleetdProcess, type Lab, openLab } from '../../lab.ts';
import { ask } from '../../rest.ts';
import { alternate, type Row, ratio } from '../pair.ts';

const source = { via: 'cli', sender: 'bench', thread: null };

export const row: Row = {
  title: 'An objective accepted → `ov` start spawned',
  limit: 'One write of the journal to disk, and a process spawned: some milliseconds each.',
  async run({ older, ours, quick }) {
    const products = quick ? 4 : 24;
    await using before = await openLab({ products, build: older });
    await using after = await openLab({ products, build: ours });
    const fleets = { older: await before.fleetd(), ours: await after.fleetd() };
    await before.quiet();
    await after.quiet();
    const samples = await alternate(products, {
      older: (n) => spawnedAfter(before, fleets.older, n),
      ours: (n) => spawnedAfter(after, fleets.ours, n),
    });
    const p95 = (all: number[]) => quantile(all, 0.95);
    return [
      ratio('objective accepted → ov start spawned, p95', samples, 0.5, 'ms', { of: p95 }),
      ratio('the same, p50', samples, 0.5, 'ms'),
      atMost('the same, p95 now', 'absolute', p95(samples.ours), 40, 'ms', spread(samples.ours)),
    ];
  },
};

/** ms, 0 where the start was spawned before the reply had come */
async function spawnedAfter(lab: Lab, { socket }: FleetdProcess, n: number): Promise<number> {
  const product = lab.products[n];
  if (product === undefined) throw new Error('Expected a product for each round');
  const spawned = Promise.withResolvers<number>();
  const watcher = watch(lab.callsFile, () => {
    if (readFileSync(lab.callsFile, 'utf8').includes(`${product.root} coordinator start`))
      spawned.resolve(performance.now());
  });
  await ask(socket, 'POST', '/objectives', {
    product: product.name,
    text: 'Say hello',
    acceptance: null,
    needs: [],
    source,
    idempotencyKey: null,
  });
  const accepted = performance.now();
  const ms = Math.max(0, (await spawned.promise) - accepted);
  watcher.close();
  await ask(socket, 'POST', `/products/${product.name}/stop`, { reason: 'measured', source });
  await lab.quiet(800);
  return ms;
}
