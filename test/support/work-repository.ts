// A repository in which agents work: real git, with files put and committed as a test says.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** null: the file is removed */
export type Files = Record<string, string | Buffer | null>;

export interface WorkRepository extends AsyncDisposable {
  lab: string;
  folder: string;
  git(...args: string[]): string;
  put(path: string, text: string | Buffer): Promise<void>;
  /** @returns the commit */
  commit(subject: string, files: Files): Promise<string>;
}

/** On `main`, with no commit, in a folder that only this test has. */
export async function openWorkRepository(): Promise<WorkRepository> {
  const lab = await realpath(await mkdtemp(join(tmpdir(), 'fleet-work-')));
  const folder = join(lab, 'shop');
  await mkdir(folder);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=agents', '-c', 'user.email=a@a', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  async function put(path: string, text: string | Buffer): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  git('init', '-q', '-b', 'main');
  return {
    lab,
    folder,
    git,
    put,
    async commit(subject, files) {
      for (const [path, text] of Object.entries(files))
        await (text === null ? rm(join(folder, path)) : put(path, text));
      git('add', '--all');
      git('commit', '-q', '--allow-empty', '-m', subject);
      return git('rev-parse', 'HEAD');
    },
    [Symbol.asyncDispose]: () => rm(lab, { recursive: true, force: true }),
  };
}
