// Turns of the model that a product’s monitor asks the gateway for.
import { z } from 'zod';

/** A turn of the model that a product's monitor asks the gateway for. */
export const interventionViewSchema = z.object({
  n: z.number(),
  product: z.string(),
  objective: z.string().nullable(),
  /** one sentence */
  why: z.string(),
  askedAt: z.string(),
});
export type InterventionView = z.infer<typeof interventionViewSchema>;

export const interventionEndSchema = z.strictObject({
  /** the model's last words: shown to the human as such */
  said: z.string().max(20_000),
  /** USD; null: not known */
  costUsd: z.number().min(0).max(10_000).nullable(),
});
export type InterventionEnd = z.input<typeof interventionEndSchema>;
