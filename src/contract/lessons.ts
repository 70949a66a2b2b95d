// What finished work teaches, and what the model proposes.
import { z } from 'zod';
import { sourceSchema } from './source.ts';

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
