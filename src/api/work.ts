// Views of work that was finished and of what it teaches: a part of contract.ts, in a file of its own.
// Times are ISO 8601 strings (UTC), lengths are ms, memory is bytes, CPU is cores, money is USD.
import { z } from 'zod';

const quantilesSchema = z.object({ p50: z.number(), p90: z.number() });

/** What is expected of a run: half of them stay within p50, nine of ten within p90. */
export const predictionSchema = z.object({
  /** finished runs it was learned from */
  runs: z.number(),
  basis: z.enum(['product and kind', 'product', 'type and kind', 'type']),
  /** without the time that questions waited for a human */
  workMs: quantilesSchema,
  /** null: no run had a known cost */
  costUsd: quantilesSchema.nullable(),
  workers: quantilesSchema.nullable(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** What an objective came to; null is unknown, never zero. */
export const outcomeSchema = z.object({
  kind: z.string(),
  /** asked for → first start */
  queuedMs: z.number(),
  /** sessions, without the time that questions waited for a human */
  workMs: z.number(),
  /** how long questions waited for a human */
  humanMs: z.number(),
  gates: z.number(),
  sessions: z.number(),
  workers: z.number().nullable(),
  merged: z.number().nullable(),
  costUsd: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  peakCpuCores: z.number().nullable(),
  /** what was expected at its start; null: nothing could be said */
  predicted: predictionSchema.nullable(),
});
export type OutcomeView = z.infer<typeof outcomeSchema>;

export const estimateSchema = z.object({
  product: z.string(),
  kind: z.string(),
  /** null: nothing alike has finished yet */
  prediction: predictionSchema.nullable(),
  /** what admission reserves for a session of it */
  reserves: z.object({ memoryBytes: z.number(), cpuCores: z.number(), costUsd: z.number().nullable() }),
  /** when one more objective would start; null: cannot be said */
  expectedStart: z.string().nullable(),
  /** how good earlier predictions were; null: none to judge */
  score: z.object({ runs: z.number(), medianError: z.number(), withinP90: z.number() }).nullable(),
});
export type EstimateView = z.infer<typeof estimateSchema>;
