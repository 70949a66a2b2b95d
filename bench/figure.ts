// What a group of figures hands back: numbers with their aim, and the arithmetic on samples.

/** ratio and count gate the run; absolute depends on the machine and is only reported. */
export type Kind = 'ratio' | 'count' | 'absolute';

export interface Figure {
  /** what was measured, on what */
  name: string;
  kind: Kind;
  /** null: it could not be measured, `why` says why */
  value: number | null;
  unit: '×' | 'ms' | 'MB' | '%' | '' | '/min' | 'ms CPU' | 'kB';
  /** the aim; null: shown for comparison */
  limit: number | null;
  better: 'more' | 'less';
  /** the numbers behind it, or why it was missed or not measured */
  why: string;
}

/** @returns null where there is no aim */
export function met({ value, limit, better }: Figure): boolean | null {
  if (limit === null) return null;
  if (value === null) return false;
  return better === 'more' ? value >= limit : value <= limit;
}

export const atLeast = (
  name: string,
  kind: Kind,
  value: number,
  limit: number,
  unit: Figure['unit'],
  why: string,
): Figure => ({ name, kind, value, limit, unit, better: 'more', why });

export const atMost = (
  name: string,
  kind: Kind,
  value: number,
  limit: number,
  unit: Figure['unit'],
  why: string,
): Figure => ({ name, kind, value, limit, unit, better: 'less', why });

export const shown = (name: string, value: number, unit: Figure['unit'], why: string): Figure => ({
  name,
  kind: 'absolute',
  value,
  limit: null,
  unit,
  better: 'less',
  why,
});

/** A figure that could not be taken counts as missed. */
export const notMeasured = (figure: Omit<Figure, 'value'>): Figure => ({ ...figure, value: null });

/** The value below which `share` (0 to 1) of the samples lie; NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** `p50 1.2, p95 3.4 of 20` in ms */
export function spread(samples: readonly number[]): string {
  const [half, most, last] = [0.5, 0.95, 1].map((share) => quantile(samples, share).toFixed(1));
  return `p50 ${half}, p95 ${most}, max ${last} ms of ${samples.length}`;
}

/** Wall time of one piece of work, in ms. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
