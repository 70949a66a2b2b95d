// What a session made, as git tells it: its files with their changes, and its commits by the agent that made them.
import { z } from 'zod';

export const commitIdSchema = z.string().regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/);

/** The last commit of an agent's branch. */
export const tipSchema = z.object({ agent: z.string().max(200), commit: commitIdSchema });
export type Tip = z.infer<typeof tipSchema>;

/** Where the branch that work is merged into stands. */
export const markSchema = z.object({
  commit: commitIdSchema,
  /** of the agents' branches: afterwards these are gone, and a fast-forward does not name its branch */
  tips: tipSchema.array().max(500),
});
export type Mark = z.infer<typeof markSchema>;

/** Bytes of all patches of one diff. */
export const maxPatchBytes = 2 * 1024 * 1024;

export const diffRequestSchema = z.strictObject({
  base: commitIdSchema,
  /** null: where the work stands now */
  head: commitIdSchema.nullable(),
  tips: tipSchema.array().max(5_000),
  /** with the changed lines of each file */
  patch: z.boolean(),
  /** only this file or folder, which then is not folded for its length; relative to the product's root */
  path: z.string().min(1).max(1024).nullable(),
  maxBytes: z.number().int().min(1).max(maxPatchBytes),
});
export type DiffRequest = z.infer<typeof diffRequestSchema>;

/** Why the changes of a file are not shown. rest: those before it have taken all the room. */
export const foldSchema = z.enum(['binary', 'large', 'secret', 'overstory', 'rest']);

export const diffFileSchema = z.object({
  path: z.string(),
  /** its path before, where it was renamed */
  from: z.string().nullable(),
  status: z.enum(['added', 'changed', 'deleted', 'renamed', 'type']),
  /** lines; null: not text */
  added: z.number().nullable(),
  deleted: z.number().nullable(),
  fold: foldSchema.nullable(),
  /** hunks of a unified diff; '' where only name or mode changed; null: folded, or not asked for */
  patch: z.string().nullable(),
});
export type DiffFile = z.infer<typeof diffFileSchema>;

export const diffCommitSchema = z.object({
  id: commitIdSchema,
  atMs: z.number(),
  /** as git has it: on one machine the same for all agents */
  author: z.string(),
  /** whose branch brought it; null: none of theirs */
  agent: z.string().nullable(),
  subject: z.string(),
});
export type DiffCommit = z.infer<typeof diffCommitSchema>;

export const diffReplySchema = z.object({
  head: commitIdSchema,
  /** the first of them, in the order of their paths */
  files: diffFileSchema.array(),
  /** newest first, the latest of them; merges that only join are left out */
  commits: diffCommitSchema.array(),
  /** of all, also of those that are not listed; lines of text files */
  total: z.object({ files: z.number(), added: z.number(), deleted: z.number(), commits: z.number() }),
});
export type DiffReply = z.infer<typeof diffReplySchema>;

const rangeSchema = z.strictObject({ base: commitIdSchema, head: commitIdSchema });

/** What an objective made is to be taken back. */
export const revertOrderSchema = z.strictObject({
  objective: z.string().regex(/^obj-\d{1,12}$/),
  /** for the commit's subject */
  title: z.string().max(200),
  /** the first one first */
  stretches: rangeSchema.array().min(1).max(1_000),
  /** what other objectives made since */
  later: rangeSchema
    .extend({ objective: z.string().max(40) })
    .array()
    .max(1_000),
});
export type RevertOrder = z.infer<typeof revertOrderSchema>;
