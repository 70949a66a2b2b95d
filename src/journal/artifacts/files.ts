// Contents of artifacts: a folder per product beside the journal, a file per content, named by its SHA-256. Nothing of their
// names is in a path.
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type ArtifactFiles = ReturnType<typeof openArtifactFiles>;

const shaOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** @param folder made when the first is kept */
export function openArtifactFiles(folder: string) {
  const list = (path: string): string[] => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  return {
    /**
     * Whole or not at all, also through a loss of power. @returns its SHA-256, by which it is had again
     * @throws what the file system says
     */
    async put(product: string, bytes: Buffer): Promise<string> {
      const place = join(folder, product);
      await mkdir(place, { recursive: true, mode: 0o700 });
      const sha256 = shaOf(bytes);
      const part = join(place, `${randomUUID()}.part`);
      try {
        await writeThrough(part, bytes);
        await rename(part, join(place, sha256));
      } catch (error) {
        await rm(part, { force: true }).catch(() => {});
        throw error;
      }
      const names = await open(place, 'r');
      await names.sync().finally(() => names.close());
      return sha256;
    },
    /** null: it is gone, or no longer what it was. */
    async get(product: string, sha256: string): Promise<Buffer | null> {
      const bytes = await readFile(join(folder, product, sha256)).catch(() => null);
      return bytes !== null && shaOf(bytes) === sha256 ? bytes : null;
    },
    /** Those that have any. */
    products: (): string[] => list(folder),
    /** Names of all its files, those half written too. */
    names: (product: string): string[] => list(join(folder, product)),
    /** At once, so that nothing comes in between; one that is gone already is gone. */
    remove(product: string, name: string): void {
      try {
        unlinkSync(join(folder, product, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    },
  };
}

async function writeThrough(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
