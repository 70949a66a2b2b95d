// What crosses the byte stream to a publisher: one line of JSON that says what comes, the bundle's bytes, and back one
// line of JSON that says what became of it. One stream, one branch.
import { z } from 'zod';
import { errorShapeSchema } from '../../contract/reply.ts';
import { fleetBranchSchema } from '../../contract/runtime/bundle.ts';

/** A session that made more than this is fetched by hand. */
export const maxBundleBytes = 2 * 1024 ** 3;
/** Longest line, in bytes. */
export const maxLineBytes = 16_384;

export const announcementSchema = z.strictObject({
  product: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  source: z.string().min(1).max(1024),
  branch: fleetBranchSchema,
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  bytes: z.number().int().min(1).max(maxBundleBytes),
});

export const verdictSchema = z.union([
  z.strictObject({ written: z.boolean() }),
  z.strictObject({ error: errorShapeSchema }),
]);
