// What an objective was expected to take, and what it came to.
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

/** What one agent used of the model. */
export const agentSpendSchema = z.object({
  /** coordinator, or a worker's name */
  name: z.string(),
  /** as Claude Code names them, the most used first */
  models: z.array(z.string()),
  /** Σ of what has a price; null: nothing has */
  costUsd: z.number().nullable(),
  /** input and output, without cache */
  tokens: z.number(),
  /** of these: of models without a price */
  unpricedTokens: z.number(),
  /** false: counted reply by reply, without the requests that Claude Code hides */
  stated: z.boolean(),
});

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
  /** of all its sessions; absent: not known */
  agents: z.array(agentSpendSchema).optional(),
  peakMemoryBytes: z.number().nullable(),
  peakCpuCores: z.number().nullable(),
  /** what was expected at its start; null: nothing could be said */
  predicted: predictionSchema.nullable(),
});
export type OutcomeView = z.infer<typeof outcomeSchema>;
