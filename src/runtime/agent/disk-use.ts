// How much disk a product's checkout holds. A count walks every file, so it is made beside everything else: one at a time,
// behind whoever wants the machine, and of one product no more often than every ten minutes. Whoever asks gets the last one.
import { execa } from 'execa';
import type { ProductRef } from '../../contract/runtime/protocol.ts';

const freshMs = 600_000;
/** A product of millions of files: then it is not known. */
const countMs = 600_000;

export interface DiskUse {
  /** bytes; null: not counted yet, or it cannot be counted */
  of(product: ProductRef): number | null;
}

/** @param counted  told when one is counted that was not known, or that is another than before by a tenth */
export function createDiskUse(counted: (product: string) => void, nowMs: () => number = Date.now): DiskUse {
  const known = new Map<string, { bytes: number | null; atMs: number }>();
  let last: Promise<void> = Promise.resolve();

  async function count({ name, root }: ProductRef): Promise<void> {
    const before = known.get(root)?.bytes ?? null;
    const bytes = await countBytes(root);
    known.set(root, { bytes, atMs: nowMs() });
    if (bytes !== null && (before === null || Math.abs(bytes - before) > before / 10)) counted(name);
  }

  return {
    of(product) {
      const found = known.get(product.root) ?? null;
      if (found === null || nowMs() - found.atMs > freshMs) {
        known.set(product.root, { bytes: found?.bytes ?? null, atMs: nowMs() });
        last = last.then(() => count(product));
      }
      return found?.bytes ?? null;
    },
  };
}

async function countBytes(folder: string): Promise<number | null> {
  const { failed, stdout } = await execa('nice', ['-n', '19', 'du', '-skx', `${folder}/.`], {
    reject: false,
    stdin: 'ignore',
    timeout: countMs,
  });
  // What a worker deletes meanwhile is said by du, and the rest is counted.
  const kib = Number(/^\d+/.exec(stdout)?.[0]);
  return Number.isNaN(kib) || (failed && stdout === '') ? null : kib * 1024;
}
