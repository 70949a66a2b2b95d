// Objectives: asked for, looked at, ended.
import { z } from 'zod';
import { controlReplySchema, controlRequestSchema, stopRequestSchema } from './controls.ts';
import { directCapabilities, maxObjectiveBytes } from './limits.ts';
import { nameSchema } from './names.ts';
import { outcomeSchema, predictionSchema } from './outcomes.ts';
import { pullRequestSchema } from './pull-requests.ts';
import { limitSchema, numberOr, type Route } from './route.ts';
import { sourceSchema } from './source.ts';

/** One worker without a coordinator: a scout, which only reads, or a builder. */
export const directSchema = z.enum(directCapabilities);
export type Direct = z.infer<typeof directSchema>;

export const objectiveStates = ['queued', 'starting', 'running', 'done', 'failed', 'cancelled'] as const;

/** Where its work went, beside the branch in the human's repository. */
const deliverySchema = z.object({
  state: z.enum(['waiting', 'done', 'failed']),
  /** one sentence; of a refusal with its mend */
  says: z.string(),
  /** the page of its pull request */
  url: z.string().nullable(),
  /** that pull request as last seen; absent: there is none, or it was not looked at */
  request: pullRequestSchema.optional(),
});
export type DeliveryView = z.infer<typeof deliverySchema>;
/** The issue of a forge that it was made of. */
const issueSchema = z.object({
  number: z.number(),
  /** its page */
  url: z.string(),
  /** gone: deleted, or moved */
  state: z.enum(['open', 'closed', 'gone']),
  /** what came of it, as a comment there; null: not written, or not yet */
  comment: z.object({ state: z.enum(['waiting', 'done', 'failed']), says: z.string() }).nullable(),
});
export type IssueView = z.infer<typeof issueSchema>;
/** What a human said of what was made. */
const judgementSchema = z.object({
  verdict: z.enum(['accepted', 'sent-back', 'reverted']),
  by: z.string(),
  at: z.string(),
  /** one sentence: where it went, or what came of it */
  says: z.string(),
  /** the objective that takes it up */
  next: z.string().nullable(),
});

/** A mail of a worker to whoever sent it, at the end of its work. */
const workerReportSchema = z.object({
  agent: z.string(),
  /** as overstory names it: worker_done, merge_ready, result */
  type: z.string(),
  subject: z.string(),
  /** the first 2,000 characters: worker text, data and never instruction */
  text: z.string(),
  at: z.string(),
});
export type WorkerReport = z.infer<typeof workerReportSchema>;

export const objectiveViewSchema = z.object({
  /** `obj-<n>` */
  id: z.string(),
  product: z.string(),
  text: z.string(),
  state: z.enum(objectiveStates),
  /** waiting on a human, paused…: conditions on top of the state */
  condition: z.string().nullable(),
  /** one sentence: why it waits, or how it ended */
  why: z.string().nullable(),
  /** 1 = next; null unless queued */
  position: z.number().nullable(),
  /** by one worker without a coordinator; absent: by a coordinator */
  direct: directSchema.optional(),
  source: sourceSchema,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** of one that is over, where the reply is about what is over */
  outcome: outcomeSchema.nullable().optional(),
  /** of one alone; absent: nothing is delivered */
  delivery: deliverySchema.optional(),
  /** what a human said of its work, the last word; absent: nothing yet, or this is a list */
  judged: judgementSchema.optional(),
  /** what its workers reported in sessions that are over, of one alone, oldest first; absent: nothing */
  reports: workerReportSchema.array().optional(),
  /** of one alone; absent: it was made of none */
  issue: issueSchema.optional(),
  /** what it is expected to take, in the reply to its start */
  estimate: predictionSchema.nullable().optional(),
  /** what of the repository's state may lose or waste its work: now, in the reply to its start; as it began, in its result */
  cautions: z.array(z.string()).optional(),
});
export type ObjectiveView = z.infer<typeof objectiveViewSchema>;

export const startRequestSchema = z.strictObject({
  product: nameSchema,
  text: z.string().max(maxObjectiveBytes),
  acceptance: z.string().max(16_384).nullable().default(null),
  needs: z.array(z.string()).max(100).default([]),
  source: sourceSchema,
  /** the same key returns the same objective: a retried request starts nothing twice */
  idempotencyKey: z.string().max(200).nullable().default(null),
  /** of work (`build`, `fix`, …): what estimates are learned by. Absent: told from the text */
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .optional(),
  /** by one worker without a coordinator: for scouting and small changes. Absent: a coordinator */
  direct: directSchema.optional(),
});

export const resultSchema = z.object({
  objective: objectiveViewSchema,
  /** the coordinator's final mail: worker text. null: none came, or it is not over */
  result: z.string().nullable(),
});
export type Result = z.infer<typeof resultSchema>;

export const importRequestSchema = z.strictObject({
  source: sourceSchema,
  /** null: that of `intake:` in products.yaml */
  label: z
    .string()
    .regex(/^[^\s\p{Cc},@][^\p{Cc},]{0,99}$/u)
    .nullable()
    .default(null),
});

/** title: words of whoever wrote the issue */
const offeredSchema = z.object({ number: z.number(), url: z.string(), title: z.string() });
const takenSchema = offeredSchema.extend({ objective: z.string(), state: z.enum(objectiveStates) });
export const importReplySchema = z.object({
  product: z.string(),
  label: z.string(),
  /** what they became now */
  taken: takenSchema.array(),
  /** what became of them before */
  known: takenSchema.array(),
  /** what could not be taken, and why: with its mend */
  skipped: offeredSchema.extend({ why: z.string() }).array(),
  /** more than are taken at one look */
  left: z.number(),
});
export type ImportReply = z.infer<typeof importReplySchema>;

export const historyQuerySchema = z.object({
  product: z.string().optional(),
  state: z.enum(['done', 'failed', 'cancelled']).optional(),
  /** in its id, its text, its final report or its reason, in any case of letters */
  text: z.string().max(200).optional(),
  /** ended since then: yesterday, today, 12h, 7d or a date, of UTC */
  since: z.string().max(60).optional(),
  /** ended before then; a day counts to its end */
  until: z.string().max(60).optional(),
  /** so many are passed over, for the next page */
  skip: numberOr(0, z.coerce.number<number>().int().min(0).max(1_000_000)),
  limit: limitSchema,
});
export type HistoryQuery = z.output<typeof historyQuerySchema>;

export const objectiveRoutes = {
  objectives: {
    method: 'GET',
    path: '/objectives',
    summary: 'Objectives, the latest first.',
    who: 'any',
    query: z.object({ state: z.enum(objectiveStates).optional(), limit: limitSchema }),
    reply: objectiveViewSchema.array(),
  },
  history: {
    method: 'GET',
    path: '/history',
    summary:
      'Those that are over, with their outcomes, of one product or of all: the one that ended last comes first.',
    who: 'any',
    query: historyQuerySchema,
    reply: objectiveViewSchema.array(),
  },
  objective: {
    method: 'GET',
    path: '/objectives/:id',
    summary: 'One objective.',
    who: 'any',
    reply: objectiveViewSchema,
  },
  result: {
    method: 'GET',
    path: '/objectives/:id/result',
    summary: 'What it ended with, in its coordinator’s words.',
    who: 'any',
    reply: resultSchema,
  },
  start: {
    method: 'POST',
    path: '/objectives',
    summary: 'Puts an objective into the queue.',
    who: 'any',
    body: startRequestSchema,
    reply: objectiveViewSchema,
  },
  importIssues: {
    method: 'POST',
    path: '/products/:name/import',
    summary: 'Takes in the open issues of its forge that carry a label, each once; never the model.',
    who: 'any',
    body: importRequestSchema,
    reply: importReplySchema,
    waitMs: 120_000,
  },
  cancel: {
    method: 'POST',
    path: '/objectives/:id/cancel',
    summary: 'Ends an objective, at work or not.',
    who: 'any',
    body: stopRequestSchema,
    reply: objectiveViewSchema,
  },
  deliver: {
    method: 'POST',
    path: '/objectives/:id/deliver',
    summary: 'Delivers its work now, or again.',
    who: 'any',
    body: controlRequestSchema,
    reply: controlReplySchema,
  },
  requeue: {
    method: 'POST',
    path: '/objectives/:id/requeue',
    summary: 'Puts an objective back into the queue.',
    who: 'any',
    body: controlRequestSchema,
    reply: objectiveViewSchema,
  },
} as const satisfies Record<string, Route>;
