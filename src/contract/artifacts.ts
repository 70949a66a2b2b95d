// Files that an objective's final report names: screenshots, posts, reports. Their names and contents are worker text.
import { z } from 'zod';
import { limitSchema, type Route } from './route.ts';
import { unreadReasons } from './runtime/artifact.ts';

/** By its bytes, never by its name. text: UTF-8 without NUL. */
export const artifactTypes = ['png', 'jpeg', 'gif', 'webp', 'text', 'other'] as const;
export type ArtifactType = (typeof artifactTypes)[number];

/**
 * Why one that is named is not kept: what the agent says, or too-many: beyond the first ones of a report; no-room: more than
 * the product may have, with those before it; not-stored: fleetd's own disk did not take it.
 */
export const refusedReasons = [...unreadReasons, 'too-many', 'no-room', 'not-stored'] as const;
export type RefusedReason = (typeof refusedReasons)[number];

export const artifactSchema = z.object({
  /** within its objective, from 1, as they are named */
  n: z.number(),
  /** as the report has it */
  path: z.string(),
  state: z.enum(['kept', 'refused', 'removed']),
  /** of one that was kept, or is too large; null: not known */
  bytes: z.number().nullable(),
  type: z.enum(artifactTypes).nullable(),
  /** of one that is refused, or was removed for its age, or for the room that newer ones need; null: it is kept */
  why: z.enum([...refusedReasons, 'age', 'size']).nullable(),
  at: z.string(),
});
export type ArtifactView = z.infer<typeof artifactSchema>;

export const artifactsSchema = z.object({
  objective: z.string(),
  product: z.string(),
  files: artifactSchema.array(),
  /** further names that the report has: not even looked for */
  more: z.number(),
});
export type ArtifactsView = z.infer<typeof artifactsSchema>;

export const artifactContentSchema = z.object({ ...artifactSchema.shape, base64: z.base64() });
export type ArtifactContent = z.infer<typeof artifactContentSchema>;

export const artifactRoutes = {
  allArtifacts: {
    method: 'GET',
    path: '/artifacts',
    summary: 'Objectives of which files are kept, the latest first.',
    who: 'any',
    query: z.object({ limit: limitSchema }),
    reply: artifactsSchema.array(),
  },
  artifacts: {
    method: 'GET',
    path: '/objectives/:id/artifacts',
    summary: 'Files that its final report names: which are kept, and why others are not.',
    who: 'any',
    reply: artifactsSchema,
  },
  artifact: {
    method: 'GET',
    path: '/objectives/:id/artifacts/:n',
    summary: 'One of them, whole.',
    who: 'operator',
    reply: artifactContentSchema,
  },
} as const satisfies Record<string, Route>;
