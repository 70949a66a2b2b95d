// What would be: estimates, why something waits, when it starts.
import { z } from 'zod';
import { directSchema } from './objectives.ts';
import { predictionSchema } from './outcomes.ts';
import type { Route } from './route.ts';

export const whySchema = z.object({
  /** an objective or a product */
  target: z.string(),
  /** one line a human understands */
  line: z.string(),
  /** of the first objective that waits; null: cannot be said, or nothing waits */
  expectedStart: z.string().nullable(),
  /** rules and numbers behind the line; null: the last plan holds nothing about it */
  trace: z.unknown(),
  /** what was decided about it before and written down, the latest first: rule and numbers of each */
  decided: z
    .array(
      z.object({
        at: z.string(),
        rule: z.string(),
        numbers: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
        text: z.string(),
      }),
    )
    .default([]),
});
export type Why = z.infer<typeof whySchema>;

export const planRequestSchema = z.strictObject({
  /** limits by their name in products.yaml or for `cap`, e.g. `max_concurrent_sessions: "3"` */
  with: z.record(z.string().max(100), z.string().max(100)).default({}),
  /** products as if they were not there */
  without: z.array(z.string().max(100)).max(1000).default([]),
  /** products given one more objective, as if by `start` */
  start: z.array(z.string().max(100)).max(100).default([]),
});

export const planReplySchema = z.object({
  at: z.string(),
  /** in order of start */
  starts: z.array(
    z.object({
      objective: z.string(),
      product: z.string(),
      start: z.string(),
      /** null: how long it runs is not known yet */
      end: z.string().nullable(),
      /** what it waits for until then; absent: nothing, it starts at once */
      line: z.string().optional(),
    }),
  ),
  /** whose start cannot be said, and why each waits */
  waits: z.array(z.object({ objective: z.string(), product: z.string(), line: z.string() })),
  /** true: the effort ran out, later starts are left out */
  truncated: z.boolean(),
});
export type PlanReply = z.infer<typeof planReplySchema>;

export const estimateSchema = z.object({
  product: z.string(),
  kind: z.string(),
  /** by a coordinator; null: nothing alike has finished yet */
  prediction: predictionSchema.nullable(),
  /** the same of one worker without a coordinator (`direct` of a start), each way */
  direct: z.array(z.object({ by: directSchema, prediction: predictionSchema.nullable() })),
  /** what admission reserves for a session of it */
  reserves: z.object({ memoryBytes: z.number(), cpuCores: z.number(), costUsd: z.number().nullable() }),
  /** when one more objective would start; null: cannot be said */
  expectedStart: z.string().nullable(),
  /** how good earlier predictions were; null: none to judge */
  score: z.object({ runs: z.number(), medianError: z.number(), withinP90: z.number() }).nullable(),
});
export type EstimateView = z.infer<typeof estimateSchema>;

export const planRoutes = {
  estimate: {
    method: 'GET',
    path: '/estimate/:product',
    summary:
      'What one more objective is expected to take; its text tells the kind of work where `kind` does not.',
    who: 'any',
    query: z.object({ text: z.string().default(''), kind: z.string().optional() }),
    reply: estimateSchema,
  },
  why: {
    method: 'GET',
    path: '/why/:target',
    summary: 'Why an objective or a product waits.',
    who: 'any',
    reply: whySchema,
  },
  plan: {
    method: 'POST',
    path: '/plan',
    summary: 'What would be; changes nothing.',
    who: 'any',
    free: true,
    body: planRequestSchema,
    reply: planReplySchema,
  },
} as const satisfies Record<string, Route>;
