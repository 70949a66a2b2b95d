// Two builds side by side, and what is said of samples that were taken of both in turn.
import type { Build } from '../build.ts';
import { atMost, type Figure, median } from '../figure.ts';

export interface Pair {
  older: Build;
  ours: Build;
  /** less of everything, to see that it works */
  quick: boolean;
}

/** What a row is. */
export interface Row {
  /** as the page of results calls it, and what stands in the way of more */
  title: string;
  limit: string;
  run(pair: Pair): Promise<Figure[]>;
}

export interface Samples {
  older: number[];
  ours: number[];
}

/** A B A B: what else the machine does meets both. @param sample is told which round it is */
export async function alternate(
  rounds: number,
  sample: { [which in 'older' | 'ours']: (round: number) => Promise<number> | number },
): Promise<Samples> {
  const samples: Samples = { older: [], ours: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const which of ['older', 'ours'] as const) samples[which].push(await sample[which](round));
  return samples;
}

/** Ours as a part of what it was, by `of` the samples; gates. */
export function ratio(
  name: string,
  samples: Samples,
  limit: number,
  unit: string,
  {
    of = median,
    digits = 1,
    why = '',
  }: { of?: (samples: number[]) => number; digits?: number; why?: string } = {},
): Figure {
  const [older, ours] = [of(samples.older), of(samples.ours)];
  const told = `${older.toFixed(digits)} then, ${ours.toFixed(digits)} ${unit} now`;
  return atMost(name, 'ratio', ours / older, limit, '×', why ? `${told}; ${why}` : told);
}
