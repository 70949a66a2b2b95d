// How full the budget was: samples of the capacity while a session lives, in memory.
import type { FleetStatus } from '../api/contract.ts';

export interface Sample {
  atMs: number;
  memoryBytes: number;
  cpuCores: number;
  spentUsd: number;
}

/** 8 h of one session after the other at one sample in 5 s; beyond that the oldest go. */
const kept = 5_760;

export interface Samples {
  take(status: FleetStatus): void;
  /** oldest first */
  all(): readonly Sample[];
}

export function createSamples(): Samples {
  const samples: Sample[] = [];
  return {
    take({ at, capacity }) {
      const sample = {
        atMs: Date.parse(at),
        memoryBytes: capacity.memoryBytes ?? 0,
        cpuCores: capacity.cpuCores ?? 0,
        spentUsd: capacity.spentTodayUsd ?? 0,
      };
      if (sample.atMs <= (samples.at(-1)?.atMs ?? 0)) return;
      samples.push(sample);
      if (samples.length > kept) samples.shift();
    },
    all: () => samples,
  };
}

/**
 * At most `points` of them, each the highest of its stretch: a peak is what a budget is about.
 * @param pick the quantity
 */
export function thinned(
  samples: readonly Sample[],
  pick: (sample: Sample) => number,
  points: number,
): { atMs: number; value: number }[] {
  const size = Math.max(1, Math.ceil(samples.length / points));
  const found: { atMs: number; value: number }[] = [];
  for (let from = 0; from < samples.length; from += size) {
    const stretch = samples.slice(from, from + size);
    const last = stretch.at(-1);
    if (last) found.push({ atMs: last.atMs, value: Math.max(...stretch.map(pick)) });
  }
  return found;
}
