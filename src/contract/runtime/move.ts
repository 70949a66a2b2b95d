// What a product takes along to another runtime: one git bundle, which fleetd carries in parts and never opens.
import { z } from 'zod';
import { bundlePartBytes } from './bundle.ts';
import { commitIdSchema } from './diff.ts';

/** The name under which the bundle is read, in parts as any other. */
export const moveBranch = (epoch: number): string => `fleet/move-${epoch}`;
/** Longest bundle that is carried, in bytes. */
export const maxMoveBytes = 4 * 1024 ** 3;
/** Of what is not in git: files, and their bytes together. */
export const maxMovedFiles = 20_000;
export const maxMovedFileBytes = 256 * 1024 ** 2;
/** Where the commit of what is not in git hangs, on its way. */
export const movedFilesRef = 'refs/fleet/moved/files';

/** Nothing that git would take for more than a name. */
const namePattern = /^[^\s~^:?*[\\]{1,400}$/;
const branchSchema = z.string().regex(namePattern);
const epochSchema = z.number().int().min(1);

export const packedSchema = z.object({
  refs: z
    .array(
      z.object({
        name: z.string().regex(/^refs\/(?:heads|tags|fleet)\/[^\s~^:?*[\\]{1,400}$/),
        commit: commitIdSchema,
      }),
    )
    .max(20_000),
  /** what is checked out; branch null: HEAD is detached */
  head: z.object({ branch: branchSchema.nullable(), commit: commitIdSchema }),
  /** as in the checkout's own record */
  branch: branchSchema,
  follows: branchSchema.nullable(),
  bytes: z.number().int().min(1),
  /** the branches that hold what was not committed */
  parked: z.array(branchSchema),
});
export type Packed = z.infer<typeof packedSchema>;

/** Each done twice is done once. */
export const moveStepSchema = z.discriminatedUnion('kind', [
  /** Where it is: all branches and what is not in git become a bundle. whole: with all of its history. */
  z.strictObject({ kind: z.literal('pack'), epoch: epochSchema, salvage: z.boolean(), whole: z.boolean() }),
  /** Where it goes: what lies in its place and is not of this move is set aside. */
  z.strictObject({ kind: z.literal('begin'), epoch: epochSchema }),
  /** Where it goes: some bytes of the bundle. */
  z.strictObject({
    kind: z.literal('part'),
    epoch: epochSchema,
    offset: z.number().int().min(0).max(maxMoveBytes),
    base64: z.base64().max(Math.ceil(bundlePartBytes / 3) * 4 + 4),
  }),
  /** Where it goes, in the clone that was made: the branches, and what is not in git. */
  z.strictObject({ kind: z.literal('unpack'), epoch: epochSchema, packed: packedSchema }),
  /** Where it was: its folder gets another name. */
  z.strictObject({ kind: z.literal('aside'), epoch: epochSchema }),
]);
export type MoveStep = z.infer<typeof moveStepSchema>;

export const moveReplySchema = z.object({
  /** of pack */
  packed: packedSchema.optional(),
  /** of begin and aside: the folder that what was there is now; null: nothing was there */
  aside: z.string().max(2048).nullish(),
  /** of unpack: the clone lacks commits that the bundle builds on, so all of its history is needed */
  needsWhole: z.boolean().optional(),
});
export type MoveReply = z.infer<typeof moveReplySchema>;
