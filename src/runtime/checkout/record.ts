// What a checkout says of itself, in a file inside its own .git. Workers can write there: it is shown and compared,
// and nothing is run or deleted on its word.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const recordSchema = z.object({
  /** folder or address that it was made from */
  from: z.string(),
  /** that is a folder of the human's, whose new commits are looked for before each session */
  local: z.boolean(),
  /** the branch that work is merged into here, unless overstory's configuration names another */
  branch: z.string(),
  /** what its base follows there: a branch, or null: HEAD, which was detached */
  follows: z.string().nullable(),
  madeAtMs: z.number(),
  /** in words, what of an earlier way was brought along */
  brought: z.array(z.string()),
});
export type CheckoutRecord = z.infer<typeof recordSchema>;

const fileIn = (root: string) => join(root, '.git', 'fleet-checkout.json');

/** null: this is no checkout that the fleet made. */
export async function readRecord(root: string): Promise<CheckoutRecord | null> {
  const text = await readFile(fileIn(root), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // written over by somebody: as good as none
    return null;
  }
}

export async function writeRecord(root: string, record: CheckoutRecord): Promise<void> {
  const draft = `${fileIn(root)}.draft`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
  await rename(draft, fileIn(root));
}
