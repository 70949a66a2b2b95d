// Repositories as people have them: one small one of each kind, made with real git.
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';

export const env = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'human',
  GIT_AUTHOR_EMAIL: 'human@localhost',
  GIT_COMMITTER_NAME: 'human',
  GIT_COMMITTER_EMAIL: 'human@localhost',
};

export async function git(folder: string, ...args: string[]): Promise<string> {
  return (await execa('git', ['-C', folder, '-c', 'protocol.file.allow=always', ...args], { env })).stdout;
}

export async function commit(folder: string, file: string, text: string): Promise<void> {
  await writeFile(join(folder, file), text);
  await git(folder, 'add', '--', file);
  await git(folder, 'commit', '--quiet', '-m', `write ${file}`);
}

/** A repository with one commit. */
export async function repository(folder: string, branch = 'main'): Promise<string> {
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', `--initial-branch=${branch}`);
  await commit(folder, 'README.md', 'hello\n');
  return folder;
}

/** By name: makes it in a folder of its own and says which path is the product. */
export const kinds: Record<string, (folder: string) => Promise<string>> = {
  'a plain one': (at) => repository(join(at, 'plain')),
  'one in a path with spaces and accents': (at) => repository(join(at, 'My Projects - café')),
  'a branch with a slash': (at) => repository(join(at, 'slash'), 'feature/x'),
  async dirty(at) {
    const folder = await repository(join(at, 'dirty'));
    await writeFile(join(folder, 'README.md'), 'half done\n');
    await writeFile(join(folder, 'notes.txt'), 'mine\n');
    await writeFile(join(folder, 'staged.txt'), 'staged\n');
    await git(folder, 'add', 'staged.txt');
    await writeFile(join(folder, 'later.txt'), 'later\n');
    await git(folder, 'stash', 'push', '--quiet', '--include-untracked', '--', 'later.txt');
    return folder;
  },
  async 'an unfinished merge'(at) {
    const folder = await repository(join(at, 'midmerge'));
    await git(folder, 'checkout', '--quiet', '-b', 'other');
    await commit(folder, 'README.md', 'other\n');
    await git(folder, 'checkout', '--quiet', 'main');
    await commit(folder, 'README.md', 'mine\n');
    await git(folder, 'merge', '--quiet', 'other').catch(() => '');
    await writeFile(join(folder, 'README.md'), 'resolved by hand\n');
    return folder;
  },
  async 'a detached HEAD'(at) {
    const folder = await repository(join(at, 'detached'));
    await git(folder, 'checkout', '--quiet', '--detach');
    await commit(folder, 'more.txt', 'detached work\n');
    return folder;
  },
  async bare(at) {
    const from = await repository(join(at, 'from'));
    await git(at, 'clone', '--quiet', '--bare', from, join(at, 'bare.git'));
    return join(at, 'bare.git');
  },
  async 'a linked worktree'(at) {
    const main = await repository(join(at, 'main'));
    await git(main, 'worktree', 'add', '--quiet', join(at, 'next'), '-b', 'next');
    await commit(join(at, 'next'), 'next.txt', 'next\n');
    return join(at, 'next');
  },
  async shallow(at) {
    const from = await repository(join(at, 'from'));
    await commit(from, 'second.txt', '2\n');
    await git(at, 'clone', '--quiet', '--depth=1', `file://${from}`, join(at, 'shallow'));
    return join(at, 'shallow');
  },
  async 'with a submodule'(at) {
    const lib = await repository(join(at, 'lib'));
    const folder = await repository(join(at, 'with'));
    await git(folder, 'submodule', '--quiet', 'add', lib, 'vendor/lib');
    await git(folder, 'commit', '--quiet', '-m', 'sub');
    return folder;
  },
  async 'a partial clone'(at) {
    const from = await repository(join(at, 'from'));
    await commit(from, 'README.md', 'hello again\n');
    await git(from, 'config', 'uploadpack.allowFilter', 'true');
    await git(at, 'clone', '--quiet', '--filter=blob:none', `file://${from}`, join(at, 'partial'));
    return join(at, 'partial');
  },
  async 'hooks that refuse'(at) {
    const folder = await repository(join(at, 'hooked'));
    for (const hook of ['commit-msg', 'reference-transaction', 'post-checkout', 'post-merge', 'pre-commit'])
      await writeFile(join(folder, '.git', 'hooks', hook), '#!/bin/sh\ntouch "$0.ran"\nexit 1\n', {
        mode: 0o755,
      });
    return folder;
  },
  /** All that somebody may have in hand at once, and a worktree beside it that is in use as well. */
  async 'one that is lived in'(at) {
    const folder = await repository(join(at, 'lived-in'));
    await commit(folder, '.gitignore', 'build/\n.env\n');
    await git(folder, 'tag', '-a', 'v1', '-m', 'one');
    await git(folder, 'notes', 'add', '-m', 'a note');
    const idea = await git(folder, 'commit-tree', '-p', 'HEAD', '-m', 'an idea', 'HEAD^{tree}');
    await git(folder, 'branch', 'idea', idea);
    await git(folder, 'update-ref', 'refs/remotes/upstream/main', 'HEAD');
    await git(folder, 'config', 'alias.mine', 'status');
    await mkdir(join(folder, 'build'));
    await writeFile(join(folder, 'build', 'out.bin'), 'made\n');
    await writeFile(join(folder, '.env'), 'KEY=mine\n', { mode: 0o600 });
    await writeFile(join(folder, 'later.txt'), 'later\n');
    await git(folder, 'stash', 'push', '--quiet', '--include-untracked', '--', 'later.txt');
    await git(folder, 'worktree', 'add', '--quiet', join(at, 'lived-in-beside'), '-b', 'beside');
    await writeFile(join(at, 'lived-in-beside', 'README.md'), 'at it here too\n');
    await writeFile(join(folder, 'staged.txt'), 'staged\n');
    await git(folder, 'add', 'staged.txt');
    await writeFile(join(folder, 'README.md'), 'half done\n');
    // Where the work of a session is written too.
    await mkdir(join(folder, 'ov-sim'));
    await writeFile(join(folder, 'ov-sim', 'mine.md'), 'mine\n');
    for (const hook of ['pre-commit', 'reference-transaction', 'post-checkout', 'post-merge', 'pre-push'])
      await writeFile(join(folder, '.git', 'hooks', hook), '#!/bin/sh\ntouch "$0.ran"\n', { mode: 0o755 });
    return folder;
  },
  async 'overstory of the old way'(at) {
    const folder = await repository(join(at, 'old'));
    await mkdir(join(folder, '.overstory', 'logs'), { recursive: true });
    await writeFile(
      join(folder, '.overstory', 'config.yaml'),
      'project:\n  name: old-name\n  canonicalBranch: main\n',
    );
    await writeFile(join(folder, '.overstory', 'mail.db'), 'state');
    await mkdir(join(folder, '.mulch', 'expertise'), { recursive: true });
    await writeFile(join(folder, '.mulch', 'expertise', 'api.jsonl'), '{}\n');
    await mkdir(join(folder, '.seeds'));
    await writeFile(join(folder, '.seeds', 'issues.jsonl'), '{"id":1}\n');
    await git(
      folder,
      'worktree',
      'add',
      '--quiet',
      '.overstory/worktrees/builder-1',
      '-b',
      'overstory/builder-1/t',
    );
    return folder;
  },
};

/** Each object and pack of a repository by its path below `.git/objects`, with the digest of its content. */
export async function objects(folder: string): Promise<Map<string, string>> {
  const top = join(folder, '.git', 'objects');
  const files = (await readdir(top, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const all = files.map(async ({ parentPath, name }): Promise<[string, string]> => {
    const path = join(parentPath, name);
    return [
      relative(top, path),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ];
  });
  return new Map(await Promise.all(all));
}

/**
 * Everything of a folder that a human could miss, as one text: each file with mode, size and digest, and git's refs,
 * stash, worktrees, index and configuration with them. What the fleet may write, `refs/heads/fleet/`, is left out, and
 * so are the objects that it needs.
 */
export async function fingerprint(folder: string): Promise<string[]> {
  const lines: string[] = [];
  async function walk(at: string): Promise<void> {
    for (const entry of (await readdir(at, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(at, entry.name);
      const name = relative(folder, path);
      if (/(?:^|\/)(?:refs|logs\/refs)\/heads\/fleet(?:\/|$)/.test(name)) continue;
      if (/(?:^|\.git\/)objects(?:\/|$)/.test(name)) continue;
      const { mode, mtimeMs } = await lstat(path);
      if (entry.isDirectory()) {
        lines.push(`${name}/ ${mode}`);
        await walk(path);
      } else {
        const content = entry.isSymbolicLink() ? await readlink(path) : await readFile(path);
        lines.push(`${name} ${mode} ${mtimeMs} ${createHash('sha256').update(content).digest('hex')}`);
      }
    }
  }
  await walk(folder);
  const refs = (await git(folder, 'for-each-ref', '--format=%(refname) %(objectname)')).split('\n');
  return [...lines, ...refs.filter((ref) => !ref.startsWith('refs/heads/fleet/'))];
}
