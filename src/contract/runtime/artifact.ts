// A file of a product that its coordinator's final report names, read whole.
import { z } from 'zod';

/** The most that one answer holds: base64 makes a third more of it, which stays below maxFrameBytes. */
export const mostArtifactBytes = 20 * 1024 * 1024;

export const artifactRequestSchema = z.strictObject({
  /** as the report has it: relative to the product's root */
  path: z.string().min(1).max(1024),
  /** of the whole file; a longer one is refused, not cut */
  maxBytes: z.number().int().min(1).max(mostArtifactBytes),
});
export type ArtifactRequest = z.infer<typeof artifactRequestSchema>;

/**
 * Why the agent does not hand a file over. outside: of the product's folder, also by a link. private: it may hold secrets, or
 * is git's or overstory's own.
 */
export const unreadReasons = [
  'missing',
  'outside',
  'not-a-file',
  'private',
  'too-large',
  'unreadable',
] as const;

export const artifactReplySchema = z.union([
  z.object({ base64: z.base64() }),
  /** bytes: of one that is too large */
  z.object({ refused: z.enum(unreadReasons), bytes: z.number().int().min(0).nullable() }),
]);
export type ArtifactReply = z.infer<typeof artifactReplySchema>;
