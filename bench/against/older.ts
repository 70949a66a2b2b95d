// The older build: a commit of this repository, cloned, installed and built once; or a checkout as it lies.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { type Build, thisBuild } from '../build.ts';

/** The build of 2026-11-28, which the aims are set against. */
export const firstBuild = 'a718b7e';

/** @param of a commit, or the folder of a checkout */
export async function olderBuild(of: string): Promise<Build> {
  const folder = resolve(of);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    await made(folder);
    return { name: of, root: folder };
  }
  const { stdout: commit } = await execa('git', ['rev-parse', '--verify', `${of}^{commit}`], {
    cwd: thisBuild.root,
  });
  const kept = join(tmpdir(), `fleet-build-${commit}`);
  if (!existsSync(kept)) {
    const making = `${kept}.${process.pid}`;
    mkdirSync(making);
    try {
      await execa('git', ['clone', '--quiet', '--no-checkout', thisBuild.root, making]);
      await execa('git', ['checkout', '--quiet', '--detach', commit], { cwd: making });
      await made(making);
      renameSync(making, kept);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      throw error;
    }
  }
  return { name: commit.slice(0, 7), root: kept };
}

/** Installed where it is not, and built: by its own scripts. */
async function made(folder: string): Promise<void> {
  const npm = (...words: string[]) => execa('npm', words, { cwd: folder, stdio: ['ignore', 2, 2] });
  console.error(`building ${folder}`);
  if (!existsSync(join(folder, 'node_modules'))) await npm('ci', '--no-audit', '--no-fund');
  await npm('run', '--silent', 'build');
}
