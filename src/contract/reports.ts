// What was: reports, and the dashboard’s timeline and usage.
import { z } from 'zod';
import { numberOr, type Route } from './route.ts';

export const timelineSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** those that lived since then, newest first */
  sessions: z.array(
    z.object({
      id: z.number(),
      product: z.string(),
      objective: z.string(),
      /** requeued: stopped, its objective waits again (a pause, a restart) */
      state: z.enum(['starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'requeued']),
      startedAt: z.string(),
      endedAt: z.string().nullable(),
      why: z.string().nullable(),
      peakMemoryBytes: z.number().nullable(),
      costUsd: z.number().nullable(),
    }),
  ),
  /** those that were open since then, newest first; subjects are worker text */
  gates: z.array(
    z.object({
      n: z.number(),
      product: z.string().nullable(),
      subject: z.string(),
      state: z.enum(['open', 'approved', 'rejected', 'answered', 'withdrawn']),
      askedAt: z.string(),
      resolvedAt: z.string().nullable(),
    }),
  ),
});
export type Timeline = z.infer<typeof timelineSchema>;

export const usageSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** length of one point's stretch */
  stepMs: z.number(),
  /** the highest of each stretch, oldest first; a stretch in which nothing lived is left out */
  points: z.array(
    z.object({
      at: z.string(),
      memoryBytes: z.number(),
      cpuCores: z.number(),
      /** of the UTC day so far; null: not known */
      spentUsd: z.number().nullable(),
      /** those that held a slot */
      sessions: z.number(),
    }),
  ),
});
export type Usage = z.infer<typeof usageSchema>;

export const spendingSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** days and products of which there is something to say, the latest day first */
  spent: z.array(
    z.object({
      /** `2026-11-30`, of UTC: a session counts on the day it ended, one that lives today */
      day: z.string(),
      product: z.string(),
      /** USD, Σ of what is known; null: nothing is */
      costUsd: z.number().nullable(),
      sessions: z.number(),
      /** turns of the model, that monitors asked for */
      turns: z.number(),
      /** of both: those whose cost is not known, or not all of it */
      unpriced: z.number(),
    }),
  ),
});
export type Spending = z.infer<typeof spendingSchema>;

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

const hours = numberOr(24, z.coerce.number<number>().gt(0).max(168));

export const reportRoutes = {
  report: {
    method: 'GET',
    path: '/report',
    summary: 'What was since a time: yesterday, today, 12h, 7d or a date.',
    who: 'any',
    query: z.object({ since: z.string().default('yesterday') }),
    reply: reportSchema,
  },
  spending: {
    method: 'GET',
    path: '/spending',
    summary: 'What was spent in the last days, today among them, per day and product.',
    who: 'any',
    query: z.object({ days: numberOr(30, z.coerce.number<number>().int().min(1).max(366)) }),
    reply: spendingSchema,
  },
  timeline: {
    method: 'GET',
    path: '/timeline',
    summary: 'Sessions and gates of the last hours, of one product or of all.',
    who: 'operator',
    query: z.object({ hours, product: z.string().optional() }),
    reply: timelineSchema,
  },
  usage: {
    method: 'GET',
    path: '/usage',
    summary: 'How full the budget was in the last hours, in at most so many points.',
    who: 'operator',
    query: z.object({ hours, points: numberOr(240, z.coerce.number<number>().gt(0).max(2_000)) }),
    reply: usageSchema,
  },
} as const satisfies Record<string, Route>;
