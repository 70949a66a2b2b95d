// Turns of the model that a product’s monitor asks the gateway for.
import { z } from 'zod';
import { numberOr, type Route } from './route.ts';

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

const numbered = z.object({ n: z.number() });

export const interventionRoutes = {
  interventions: {
    method: 'GET',
    path: '/interventions',
    summary: 'Turns that were asked for and not begun; waits up to `wait` ms (at most 30 s) for one.',
    who: 'any',
    query: z.object({ wait: numberOr(0, z.coerce.number<number>()) }),
    reply: interventionViewSchema.array(),
  },
  beginIntervention: {
    method: 'POST',
    path: '/interventions/:n/begin',
    summary: 'It is this gateway’s, once: INTERVENTION_OVER when another has begun it.',
    who: 'any',
    reply: numbered,
  },
  endIntervention: {
    method: 'POST',
    path: '/interventions/:n/end',
    summary: 'What came of it.',
    who: 'any',
    body: interventionEndSchema,
    reply: numbered,
  },
} as const satisfies Record<string, Route>;
