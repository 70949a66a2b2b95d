/** Of one number: half of the runs stay within p50, nine of ten within p90. */
export interface Quantiles {
  p50: number;
  p90: number;
}

/** What was expected at the first start. */
export interface Prediction {
  /** finished runs it was learned from */
  runs: number;
  /** which runs those are */
  basis: 'product and kind' | 'product' | 'type and kind' | 'type';
  workMs: Quantiles;
  /** null: no run had a known cost */
  costUsd: Quantiles | null;
  workers: Quantiles | null;
}
