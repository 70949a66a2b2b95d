// What finished work teaches, and what the model proposes.
import { z } from 'zod';
import { controlRequestSchema } from './controls.ts';
import type { Route } from './route.ts';
import { sourceSchema } from './source.ts';

export const lessonRequestSchema = z.strictObject({
  text: z.string().max(500),
  /** the number of the lesson that it takes the place of */
  replaces: z.number().int().min(1).nullable().default(null),
  source: sourceSchema,
});

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

export const decisionRequestSchema = z.strictObject({
  verdict: z.enum(['accepted', 'dropped']),
  source: sourceSchema,
});

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

export const lessonRoutes = {
  lessons: {
    method: 'GET',
    path: '/lessons',
    summary: 'Lessons of one product or of all.',
    who: 'any',
    query: z.object({ product: z.string().optional() }),
    reply: lessonSchema.array(),
  },
  keepLesson: {
    method: 'POST',
    path: '/products/:name/lessons',
    summary: 'Keeps a lesson.',
    who: 'any',
    body: lessonRequestSchema,
    reply: lessonSchema,
  },
  forgetLesson: {
    method: 'POST',
    path: '/lessons/:n/delete',
    summary: 'Forgets a lesson; a human’s word.',
    who: 'any',
    body: controlRequestSchema,
    reply: lessonSchema,
  },
  proposals: {
    method: 'GET',
    path: '/proposals',
    summary: 'What the model proposes and nobody has decided.',
    who: 'any',
    reply: proposalSchema.array(),
  },
  propose: {
    method: 'POST',
    path: '/proposals',
    summary: 'Proposes something.',
    who: 'any',
    body: proposalRequestSchema,
    reply: proposalSchema,
  },
  decideProposal: {
    method: 'POST',
    path: '/proposals/:n',
    summary: 'Accepts or drops it; a human’s word.',
    who: 'any',
    body: decisionRequestSchema,
    reply: proposalSchema,
  },
} as const satisfies Record<string, Route>;
