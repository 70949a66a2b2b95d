// Work that comes again.
import { z } from 'zod';
import { nameSchema } from './names.ts';
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
