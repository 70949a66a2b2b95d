// `node bin/node24.mjs tsx scripts/clone-size.ts [<GiB>]`: what a clone of a large repository costs. Makes one of random files, which git cannot
// pack any smaller, clones it as prepare does, and says how long it took, what it costs on disk against its working tree, and
// what was told meanwhile. Exit 1 over 1.2 times the working tree, or when nothing was told. Needs three times the size in TMPDIR.
import { randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { cloneFolder } from '../src/runtime/checkout/make.ts';

const gib = Number(process.argv[2] ?? 1);
const most = 1.2;
const lab = mkdtempSync(join(tmpdir(), 'fleet-clone-size-'));
const bytesOf = async (folder: string, ...skip: string[]): Promise<number> => {
  const { stdout } = await execa('du', ['-sk', ...skip.map((name) => `--exclude=${name}`), folder]);
  return Number(/^\d+/.exec(stdout)?.[0]) * 1024;
};
try {
  const source = join(lab, 'source');
  mkdirSync(source);
  const git = (...args: string[]) =>
    execa('git', [
      '-C',
      source,
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@localhost',
      '-c',
      'gc.auto=0',
      ...args,
    ]);
  await git('init', '--quiet', '--initial-branch=main');
  const block = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < gib * 1024; n++) writeFileSync(join(source, `f${n}.bin`), randomFillSync(block));
  await git('-c', 'core.compression=0', 'add', '--all');
  await git('commit', '--quiet', '-m', 'large');
  const told: string[] = [];
  const root = join(lab, 'own', 'large');
  const startedMs = Date.now();
  await cloneFolder({ product: 'large', root, onProgress: (sentence) => told.push(sentence) }, source);
  const tookS = (Date.now() - startedMs) / 1000;
  const [whole, tree] = [await bytesOf(root), await bytesOf(root, '.git')];
  const ratio = whole / tree;
  console.log(
    `working tree ${(tree / 1024 ** 3).toFixed(2)} GiB, clone ${(whole / 1024 ** 3).toFixed(2)} GiB: ${ratio.toFixed(3)} times, in ${tookS.toFixed(1)} s`,
  );
  console.log(`told: ${told.join(', ') || 'nothing'}`);
  if (ratio > most || told.length === 0) {
    console.error(`Expected at most ${most} times the working tree, and progress.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(lab, { recursive: true, force: true });
}
