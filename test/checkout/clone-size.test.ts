// What a clone of a large repository costs: one GiB of random files, which git cannot pack any smaller. Needs three times
// that in TMPDIR.
import { randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { git } from './kinds.ts';

const files = 1024;

/** bytes on disk, without what is called so */
async function held(folder: string, without: string[] = []): Promise<number> {
  const { stdout } = await execa('du', ['-sk', ...without.map((name) => `--exclude=${name}`), folder]);
  return Number(/^\d+/.exec(stdout)?.[0]) * 1024;
}

it('a clone of a GiB costs at most 1.2 times its working tree, and tells how far it is', {
  timeout: 900_000,
}, async () => {
  const lab = mkdtempSync(join(tmpdir(), 'fleet-clone-size-'));
  try {
    const source = join(lab, 'source');
    mkdirSync(source);
    await git(source, 'init', '--quiet', '--initial-branch=main');
    const block = Buffer.alloc(1024 * 1024);
    for (let n = 0; n < files; n += 1) writeFileSync(join(source, `f${n}.bin`), randomFillSync(block));
    await git(source, '-c', 'core.compression=0', 'add', '--all');
    await git(source, '-c', 'gc.auto=0', 'commit', '--quiet', '-m', 'large');
    const told: string[] = [];
    const root = join(lab, 'own', 'large');
    const startedMs = Date.now();
    await cloneFolder({ product: 'large', root, onProgress: (sentence) => told.push(sentence) }, source);
    const [whole, tree] = [await held(root), await held(root, ['.git'])];
    console.log(
      `working tree ${(tree / 1024 ** 3).toFixed(2)} GiB, clone ${(whole / tree).toFixed(3)} times that, in ${((Date.now() - startedMs) / 1000).toFixed(1)} s; told: ${told.join(', ')}`,
    );
    expect(tree).toBeGreaterThanOrEqual(files * 1024 ** 2);
    expect(whole / tree).toBeLessThan(1.2);
    // git itself says how often: a quick disk gets fewer.
    expect(new Set(told.filter((one) => /^Updating files \d+%$/.test(one))).size).toBeGreaterThan(1);
  } finally {
    rmSync(lab, { recursive: true, force: true });
  }
});
