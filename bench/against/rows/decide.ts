// decide() of both builds on the same large fleets, of which a little changes before each decision.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetState } from '../../../src/scheduler/index.ts';
import { type Build, bundleOf } from '../../build.ts';
import { atMost, median, quantile } from '../../figure.ts';
import { changed, largeFleet, nowMs } from '../../scheduler.ts';
import { alternate, type Row, ratio, type Samples } from '../pair.ts';

type Decide = (state: FleetState, nowMs: number) => unknown;

const sizes = [
  [1_000, 10_000],
  [5_000, 50_000],
] as const;

export const row: Row = {
  title: 'Deciding',
  limit:
    'Each that waits is told why: that is as long as the queue. Its order is kept, what changed finds its place in it, and only what changed is looked into again. Beyond some ten thousand the objects no longer fit the caches of the processor, and each look waits for memory.',
  async run({ older, ours, quick }) {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-decide-'));
    const load = async (build: Build, name: string): Promise<Decide> => {
      const file = join(folder, `${name}.mjs`);
      bundleOf(build, 'src/scheduler/index.ts', file);
      const { decide, createDecider } = await import(file);
      return createDecider?.() ?? decide;
    };
    try {
      const both = { older: await load(older, 'older'), ours: await load(ours, 'ours') };
      const p95: Samples[] = [];
      for (const [products, objectives] of sizes) {
        const state = largeFleet(products, objectives);
        const calls = objectives > 10_000 ? 20 : 40;
        const [older, ours] = [asker(both.older, state), asker(both.ours, state)];
        for (const cpuOf of [older, ours]) cpuOf(20);
        const of = (cpuOf: typeof ours) => () => quantile(cpuOf(calls), 0.95);
        p95.push(await alternate(quick ? 3 : 10, { older: of(older), ours: of(ours) }));
      }
      const [usual, large] = p95;
      if (usual === undefined || large === undefined) return [];
      return [
        ratio('decide: p95 of 1,000 products × 10,000 objectives', usual, 0.5, 'ms CPU', { digits: 2 }),
        atMost(
          'decide: growth to 5,000 × 50,000',
          'ratio',
          median(large.ours) / median(usual.ours),
          6,
          '×',
          `p95 ${median(large.ours).toFixed(1)} ms CPU; then ${median(large.older).toFixed(1)}, ${(median(large.older) / median(usual.older)).toFixed(1)}×`,
        ),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** @returns what says ms of CPU per call, of the process: a thread's own ticks each 4 ms. Each call goes on from the one before: time and fleet never go back. */
function asker(decide: Decide, first: FleetState): (calls: number) => number[] {
  let seen = first;
  let n = 0;
  return (calls) =>
    Array.from({ length: calls }, () => {
      n += 1;
      seen = changed(seen, n);
      const before = process.cpuUsage();
      decide(seen, nowMs + n * 1_000);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    });
}
