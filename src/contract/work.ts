// What came of an objective: the changes that it made.
import { z } from 'zod';
import { controlRequestSchema } from './controls.ts';
import { objectiveViewSchema } from './objectives.ts';
import type { Route } from './route.ts';
import { commitIdSchema, diffCommitSchema, diffFileSchema, diffReplySchema } from './runtime/diff.ts';
import { sourceSchema } from './source.ts';

/** Of one answer, in bytes of changed lines; the rest is asked for by path. */
const patchBytes = 1024 * 1024;

export const diffQuerySchema = z.object({
  /** true: with the changed lines */
  patch: z.stringbool().default(false).catch(false),
  /** one file or folder, relative to the product's root: not folded for its length */
  path: z.string().min(1).max(1024).optional(),
  maxBytes: z.coerce.number<number>().int().min(1).max(patchBytes).default(patchBytes).catch(patchBytes),
});

/** What sessions made that followed one another without anything in between. All its words are the workers'. */
export const stretchSchema = z.object({
  base: commitIdSchema,
  head: commitIdSchema,
  files: diffFileSchema.array(),
  commits: diffCommitSchema.array(),
  total: diffReplySchema.shape.total,
});

export const diffViewSchema = z.object({
  objective: z.string(),
  product: z.string(),
  /** it is at work: what there is so far */
  live: z.boolean(),
  stretches: stretchSchema.array(),
  /** of all stretches; lines of text files, without overstory's own state */
  total: diffReplySchema.shape.total,
  /** branches that its last session left unmerged: they are not in it */
  unmerged: z.string().array(),
});
export type DiffView = z.infer<typeof diffViewSchema>;

export const reworkRequestSchema = z.strictObject({
  source: sourceSchema,
  /** what is wrong with it, in the human's words */
  text: z.string().max(65_536),
});

export const workRoutes = {
  diff: {
    method: 'GET',
    path: '/objectives/:id/diff',
    summary: 'What an objective changed: files, commits by the agent that made them, changed lines.',
    who: 'any',
    query: diffQuerySchema,
    reply: diffViewSchema,
  },
  acceptWork: {
    method: 'POST',
    path: '/objectives/:id/accept-work',
    summary: 'A human takes what was made; never the model.',
    who: 'any',
    body: controlRequestSchema,
    reply: objectiveViewSchema,
  },
  rework: {
    method: 'POST',
    path: '/objectives/:id/rework',
    summary:
      'A human sends it back with words: to its session, or as an objective that takes it up; never the model.',
    who: 'any',
    body: reworkRequestSchema,
    reply: objectiveViewSchema,
  },
  revertWork: {
    method: 'POST',
    path: '/objectives/:id/revert',
    summary: 'A human takes back what was made, by a commit on top; never the model.',
    who: 'any',
    body: controlRequestSchema,
    reply: objectiveViewSchema,
  },
} as const satisfies Record<string, Route>;
