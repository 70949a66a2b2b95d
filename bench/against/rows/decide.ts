// decide() of both builds on the same large fleets.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build, bundleOf } from '../../build.ts';
import { atMost, median, quantile } from '../../figure.ts';
import { largeFleet, nowMs } from '../../scheduler.ts';
import { alternate, type Row, ratio, type Samples } from '../pair.ts';

type Decide = (state: unknown, nowMs: number) => { waits: unknown[]; decisions: unknown[] };

const sizes = [
  [1_000, 10_000],
  [5_000, 50_000],
] as const;

export const row: Row = {
  title: 'Deciding',
  limit: 'The whole fleet is walked at every decision.',
  async run({ older, ours, quick }) {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-decide-'));
    const load = async (build: Build, name: string): Promise<Decide> => {
      const file = join(folder, `${name}.mjs`);
      bundleOf(build, 'src/scheduler/index.ts', file);
      return (await import(file)).decide;
    };
    try {
      const both = { older: await load(older, 'older'), ours: await load(ours, 'ours') };
      const p95: Samples[] = [];
      for (const [products, objectives] of sizes) {
        const state = largeFleet(products, objectives);
        const calls = objectives > 10_000 ? 20 : 40;
        for (const decide of [both.older, both.ours]) for (let n = 0; n < 20; n += 1) decide(state, nowMs);
        const of = (decide: Decide) => () =>
          quantile(
            cpuOf(calls, () => decide(state, nowMs)),
            0.95,
          );
        p95.push(await alternate(quick ? 3 : 10, { older: of(both.older), ours: of(both.ours) }));
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

/** ms of this thread's CPU per call */
function cpuOf(calls: number, work: () => void): number[] {
  return Array.from({ length: calls }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
}
