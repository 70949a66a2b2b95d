// Plans of several objectives, drafted, looked at, applied.
import { z } from 'zod';
import { controlRequestSchema } from './controls.ts';
import { nameSchema } from './names.ts';
import { predictionSchema } from './outcomes.ts';
import type { Route } from './route.ts';
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
  /** a file that says the same; absent: in a list, or an older fleetd */
  yaml: z.string().optional(),
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
  /** what of the repositories' state may lose or waste the work of steps that are to be done, by product */
  cautions: z.array(z.object({ product: z.string(), says: z.string() })).optional(),
});
export type BlueprintReply = z.infer<typeof blueprintReplySchema>;

export const blueprintRoutes = {
  blueprints: {
    method: 'GET',
    path: '/blueprints',
    summary: 'Those that were applied, then drafts.',
    who: 'any',
    reply: blueprintSchema.array(),
  },
  blueprint: {
    method: 'GET',
    path: '/blueprints/:name',
    summary: 'One, by its name, or a draft by `draft-<n>`.',
    who: 'any',
    reply: blueprintSchema,
  },
  draftBlueprint: {
    method: 'POST',
    path: '/blueprints/draft',
    summary: 'Writes a plan down to be looked at; nothing of it runs.',
    who: 'any',
    body: draftRequestSchema,
    reply: blueprintReplySchema,
  },
  diffBlueprint: {
    method: 'POST',
    path: '/blueprints/diff',
    summary: 'What applying it would change.',
    who: 'any',
    body: applyRequestSchema,
    reply: blueprintReplySchema,
  },
  applyBlueprint: {
    method: 'POST',
    path: '/blueprints/apply',
    summary: 'Lets it run: a human’s word, never the model’s.',
    who: 'any',
    body: applyRequestSchema,
    reply: blueprintReplySchema,
  },
  deleteBlueprint: {
    method: 'POST',
    path: '/blueprints/:name/delete',
    summary: 'Takes it out of the queue: a human’s word, never the model’s.',
    who: 'any',
    body: deleteRequestSchema,
    reply: blueprintSchema,
  },
  retryBlueprint: {
    method: 'POST',
    path: '/blueprints/:name/retry',
    summary: 'Its failed steps once more, and what waits for them.',
    who: 'any',
    body: controlRequestSchema,
    reply: blueprintSchema,
  },
} as const satisfies Record<string, Route>;
