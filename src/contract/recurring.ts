// Work that comes again.
import { z } from 'zod';
import { controlRequestSchema } from './controls.ts';
import { nameSchema } from './names.ts';
import { objectiveViewSchema } from './objectives.ts';
import type { Route } from './route.ts';
import { sourceSchema } from './source.ts';

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
  name: nameSchema.nullable().default(null),
  /** true: what has that name by chat becomes this; its runs are kept, and it stays paused */
  replace: z.boolean().default(false),
  source: sourceSchema,
});
export type EveryRequest = z.input<typeof everyRequestSchema>;

export const recurringSchema = z.object({
  name: z.string(),
  product: z.string(),
  every: z.string(),
  timeZone: z.string(),
  objective: z.string(),
  /** absent: an older fleetd */
  acceptance: z.string().nullable().optional(),
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
  /** what of the repository's state may lose or waste its work now, in the reply to its setting up */
  cautions: z.array(z.string()).optional(),
});
export type RecurringView = z.infer<typeof recurringSchema>;

export const recurringRoutes = {
  recurring: {
    method: 'GET',
    path: '/recurring',
    summary: 'Work that comes again.',
    who: 'any',
    reply: recurringSchema.array(),
  },
  every: {
    method: 'POST',
    path: '/recurring',
    summary: 'Lets work come again: a human’s word, never the model’s.',
    who: 'any',
    body: everyRequestSchema,
    reply: recurringSchema,
  },
  pauseRecurring: {
    method: 'POST',
    path: '/recurring/:name/pause',
    summary: 'It comes no more until it is resumed; a human’s word.',
    who: 'any',
    body: controlRequestSchema,
    reply: recurringSchema,
  },
  resumeRecurring: {
    method: 'POST',
    path: '/recurring/:name/resume',
    summary: 'It comes again; a human’s word.',
    who: 'any',
    body: controlRequestSchema,
    reply: recurringSchema,
  },
  runRecurring: {
    method: 'POST',
    path: '/recurring/:name/run',
    summary:
      'Runs it now, once, beside its times; a human’s word. RECURRING_OPEN while its last run is not over.',
    who: 'any',
    body: controlRequestSchema,
    reply: objectiveViewSchema,
  },
  deleteRecurring: {
    method: 'POST',
    path: '/recurring/:name/delete',
    summary: 'It comes no more; a human’s word.',
    who: 'any',
    body: controlRequestSchema,
    reply: recurringSchema,
  },
} as const satisfies Record<string, Route>;
