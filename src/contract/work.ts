// Views of work that was finished and of what it teaches: a part of contract.ts, in a file of its own.
// Times are ISO 8601 strings (UTC), lengths are ms, memory is bytes, CPU is cores, money is USD.
import { z } from 'zod';

/** Who asked: recorded with every objective and message, shown in reports, never trusted for authority. */
export const sourceSchema = z.strictObject({
  /** fleet: nobody just now; products.yaml says so */
  via: z.enum(['cli', 'webchat', 'slack', 'dashboard', 'model', 'api', 'fleet']),
  /** human or session that asked, as its channel names it */
  sender: z.string().max(200).nullable().default(null),
  /** where answers go: a session key or thread */
  thread: z.string().max(400).nullable().default(null),
});
export type Source = z.infer<typeof sourceSchema>;

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

export const everyRequestSchema = z.strictObject({
  /** five fields of cron: minute hour day month weekday */
  every: z.string().max(200),
  product: z.string().max(100),
  text: z.string().max(16_384),
  acceptance: z.string().max(16_384).nullable().default(null),
  timeZone: z.string().max(100).default('UTC'),
  /** runs that nobody was there for: made up for once, or not at all */
  missed: z.enum(['once', 'skip']).default('once'),
  /** null: made from the product's */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/)
    .nullable()
    .default(null),
  source: sourceSchema,
});
export type EveryRequest = z.input<typeof everyRequestSchema>;

export const recurringSchema = z.object({
  name: z.string(),
  product: z.string(),
  every: z.string(),
  timeZone: z.string(),
  objective: z.string(),
  missed: z.enum(['once', 'skip']),
  from: z.enum(['products.yaml', 'chat']),
  /** since when; null: it is not */
  paused: z.string().nullable(),
  next: z.array(z.string()),
  lastObjective: z.string().nullable(),
  runs: z.number(),
  /** because the one before was still open, it was too late, or it was refused */
  skipped: z.number(),
  missedRuns: z.number(),
});
export type RecurringView = z.infer<typeof recurringSchema>;

const stepName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/);

export const draftRequestSchema = z.strictObject({
  name: stepName,
  description: z.string().max(2_000).nullable().default(null),
  steps: z
    .array(
      z.strictObject({
        name: stepName,
        product: z.string().max(100),
        objective: z.string().max(16_384),
        acceptance: z.string().max(16_384).nullable().default(null),
        needs: z.array(z.string().max(100)).max(100).default([]),
      }),
    )
    .min(1)
    .max(50),
  source: sourceSchema,
});
export type DraftRequest = z.input<typeof draftRequestSchema>;

/** One of the two: the text of a file, or the number of a draft. */
export const applyRequestSchema = z.strictObject({
  yaml: z.string().max(262_144).optional(),
  /** what the text is called in messages */
  file: z.string().max(400).optional(),
  draft: z.number().int().min(1).optional(),
  source: sourceSchema,
});
export type ApplyRequest = z.input<typeof applyRequestSchema>;

export const deleteRequestSchema = z.strictObject({
  /** also what is at work */
  stop: z.boolean().default(false),
  source: sourceSchema,
});

export const blueprintSchema = z.object({
  name: z.string(),
  description: z.string().nullable(),
  /** its number while nobody has applied it; null: it was applied, or comes from a file */
  draft: z.number().nullable(),
  at: z.string(),
  /** each after all that it needs */
  steps: z.array(
    z.object({
      name: z.string(),
      product: z.string(),
      objective: z.string(),
      acceptance: z.string().nullable(),
      /** steps of the same blueprint, or ids of objectives */
      needs: z.array(z.string()),
      /** the objective that it is; null: it is only planned */
      id: z.string().nullable(),
      state: z.enum(['planned', 'queued', 'starting', 'running', 'done', 'failed', 'cancelled']),
      why: z.string().nullable(),
      estimate: predictionSchema.nullable(),
    }),
  ),
});
export type BlueprintView = z.infer<typeof blueprintSchema>;

export const changeSchema = z.object({
  step: z.string(),
  product: z.string(),
  /** the objective that it was so far */
  objective: z.string().nullable(),
  /** let-go: it is the blueprint's no more. refuse: nothing at all is applied */
  action: z.enum(['add', 'keep', 'replace', 'remove', 'let-go', 'refuse']),
  why: z.string(),
});
export type Change = z.infer<typeof changeSchema>;

export const blueprintReplySchema = z.object({
  blueprint: blueprintSchema,
  changes: z.array(changeSchema),
  applied: z.boolean(),
});
export type BlueprintReply = z.infer<typeof blueprintReplySchema>;

export const reportSchema = z.object({
  since: z.string(),
  until: z.string(),
  ended: z.array(
    z.object({
      objective: z.string(),
      product: z.string(),
      kind: z.string(),
      end: z.enum(['done', 'failed', 'cancelled']),
      workMs: z.number(),
      humanMs: z.number(),
      costUsd: z.number().nullable(),
    }),
  ),
  /** Σ of what is known; null: nothing is */
  costUsd: z.number().nullable(),
  costUnknown: z.number(),
  /** longest first */
  blocked: z.array(z.object({ objective: z.string(), product: z.string(), by: z.string(), ms: z.number() })),
  restarts: z.number(),
  /** recurring runs that came due */
  recurred: z.number(),
  /** the same in words */
  lines: z.array(z.string()),
});
export type ReportView = z.infer<typeof reportSchema>;

export const lessonRequestSchema = z.strictObject({
  text: z.string().max(500),
  /** the number of the lesson that it takes the place of */
  replaces: z.number().int().min(1).nullable().default(null),
  source: sourceSchema,
});
export type LessonRequest = z.input<typeof lessonRequestSchema>;

export const lessonSchema = z.object({
  n: z.number(),
  product: z.string(),
  /** the model's own text: data */
  text: z.string(),
  at: z.string(),
  /** in the product's own mulch too */
  recorded: z.boolean(),
});
export type LessonView = z.infer<typeof lessonSchema>;

export const proposalRequestSchema = z.strictObject({
  /** null: the whole fleet */
  product: z.string().max(100).nullable().default(null),
  title: z.string().min(1).max(200),
  text: z.string().max(4_000).default(''),
  source: sourceSchema,
});
export type ProposalRequest = z.input<typeof proposalRequestSchema>;

export const decisionRequestSchema = z.strictObject({
  verdict: z.enum(['accepted', 'dropped']),
  source: sourceSchema,
});
export type DecisionRequest = z.input<typeof decisionRequestSchema>;

export const proposalSchema = z.object({
  n: z.number(),
  product: z.string().nullable(),
  /** title and text: the model's own, data */
  title: z.string(),
  text: z.string(),
  state: z.enum(['open', 'accepted', 'dropped']),
  at: z.string(),
});
export type ProposalView = z.infer<typeof proposalSchema>;

export const layDownRequestSchema = z.strictObject({
  type: z.enum(['marketing', 'support']),
  source: sourceSchema,
});
export type LayDownRequest = z.input<typeof layDownRequestSchema>;

/** done: files that were written, relative to the product. left: what was left as it is, and why */
export const layDownReplySchema = z.object({ done: z.array(z.string()), left: z.array(z.string()) });
export type LayDownReply = z.infer<typeof layDownReplySchema>;
