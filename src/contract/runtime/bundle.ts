// What the fleet’s commits leave a checkout in.
import { z } from 'zod';

/** The only branches that ever leave a checkout for the human's repository. */
export const fleetBranchSchema = z.string().regex(/^fleet\/[a-z0-9][a-z0-9-]{0,60}$/);
/**
 * The branch by which an objective's work leaves its checkout. Of a product that was moved it carries the epoch: what a
 * runtime that nobody hears of any more made of the same objective is another branch.
 */
export const fleetBranch = (objective: string, epoch = 1): string =>
  `fleet/${objective}${epoch > 1 ? `-e${epoch}` : ''}`;
/** Bytes of one part of a bundle: base64 makes a third more of it, which stays well below maxFrameBytes. */
export const bundlePartBytes = 8 * 1024 * 1024;
export const bundleReplySchema = z.object({
  /** the commit that the branch is at */
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  bytes: z.number().int().min(0),
  /** commits that the source does not have; null: not known */
  commits: z.number().nullable(),
  /** files of git-lfs of which the source gets a pointer only: their contents stay in the checkout */
  contentsLeft: z.number().int().min(0).default(0),
});
export type BundleReply = z.infer<typeof bundleReplySchema>;

export const bundlePartSchema = z.object({ base64: z.base64() });
