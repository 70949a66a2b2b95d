// Plans of several objectives, drafted, looked at, applied.
import { z } from 'zod';
import { nameSchema } from './names.ts';
import { predictionSchema } from './outcomes.ts';
import { sourceSchema } from './source.ts';

export const draftRequestSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(2_000).nullable().default(null),
  steps: z
    .array(
      z.strictObject({
        name: nameSchema,
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
