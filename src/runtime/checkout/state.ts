// What of a repository's state would lose or waste work: found before money is spent on it. Nothing in it is changed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { gitFoldersOf, onBranch } from './git-folder.ts';
import { hooksOf, settingsOf } from './hooks.ts';
import { unfinishedIn } from './in-place.ts';
import { usesLfs } from './large-files.ts';
import { runGit } from './run-git.ts';
import { isThere } from './source.ts';

export interface Concern {
  code: string;
  /**
   * wastes: the work of a session would be lost, or could not be committed. start: worth knowing before one is paid for.
   * doctor: worth knowing for whoever looks.
   */
  weight: 'wastes' | 'start' | 'doctor';
  says: string;
  mend: string;
}

/** One that asks for a passphrase would wait for ever. */
const signMs = 10_000;

/** @param folder  where agents work, resolved, the top of a repository */
export async function concernsOf(folder: string): Promise<Concern[]> {
  const where = await gitFoldersOf(folder);
  if (where === null) return [];
  const { own: gitFolder, common } = where;
  const [open, branch] = await Promise.all([unfinished(folder, gitFolder), onBranch(folder, where)]);
  const found: (Concern | null)[] = await Promise.all([
    // A rebase or a bisect is on no branch either, and comes back to one when it ends.
    open ?? (branch ? null : detached(folder)),
    signing(folder, common),
    hooksThatRun(folder, common),
  ]);
  return [...found.filter((one) => one !== null), ...(await kindConcerns(folder))];
}

/** What is so in every clone of it too. */
export async function kindConcerns(folder: string): Promise<Concern[]> {
  const where = await gitFoldersOf(folder);
  if (where === null) return [];
  const found = await Promise.all([largeFiles(folder), shallow(folder, where.common), submodules(folder)]);
  return found.filter((one) => one !== null);
}

async function shallow(folder: string, gitFolder: string): Promise<Concern | null> {
  if (!(await isThere(join(gitFolder, 'shallow')))) return null;
  return {
    code: 'PRODUCT_SHALLOW',
    weight: 'start',
    says: `The history of ${folder} is cut off: agents see no older commit, and a merge may find no common one.`,
    mend: '`git fetch --unshallow` in your repository.',
  };
}

async function hooksThatRun(folder: string, gitFolder: string): Promise<Concern | null> {
  const hooks = await hooksOf(folder, gitFolder, await settingsOf(folder));
  return hooks.length === 0
    ? null
    : {
        code: 'GIT_HOOKS_RUN',
        weight: 'start',
        says: `Your hooks run at each commit and merge of an agent in ${folder}: ${hooks.join(', ')}.`,
        mend: 'Say in objectives what they want (a ticket number, a format): one that refuses keeps the work from being committed.',
      };
}

async function unfinished(folder: string, gitFolder: string): Promise<Concern | null> {
  const one = await unfinishedIn(gitFolder);
  return (
    one && {
      code: 'PRODUCT_UNFINISHED',
      weight: 'wastes',
      says: `Expected nothing unfinished in ${folder}, got ${one.what}: merges fail until it is ended.`,
      mend: `End it: ${one.end}.`,
    }
  );
}

const detached = (folder: string): Concern => ({
  code: 'PRODUCT_DETACHED',
  weight: 'wastes',
  says: `Expected ${folder} to be on a branch, got a detached HEAD: what is merged there is on no branch, and the next \`git switch\` leaves it behind.`,
  mend: '`git switch` to a branch, or `git switch -c <name>` to make one here.',
});

/** Tried on the empty tree; the commit that is made goes into a folder of its own, and with that away. */
async function signing(folder: string, gitFolder: string): Promise<Concern | null> {
  if ((await settingsOf(folder)).get('commit.gpgsign')?.value !== 'true') return null;
  const objects = await mkdtemp(join(tmpdir(), 'fleet-sign-'));
  try {
    const programs = await programsOutside(folder);
    const git = (...args: string[]) =>
      execa('git', ['-C', folder, ...programs, ...args], {
        reject: false,
        timeout: signMs,
        input: '',
        env: {
          GIT_OBJECT_DIRECTORY: objects,
          GIT_ALTERNATE_OBJECT_DIRECTORIES: join(gitFolder, 'objects'),
          GIT_TERMINAL_PROMPT: '0',
        },
      });
    const tree = await git('hash-object', '-w', '-t', 'tree', '--stdin');
    const signed = await git('commit-tree', '-S', '-m', 'can this be signed?', tree.stdout.trim());
    if (!signed.failed) return null;
    const why = signed.timedOut
      ? `no answer within ${signMs / 1000} s (a passphrase?)`
      : signed.stderr.trim().split('\n').at(-1);
    return {
      code: 'GIT_SIGNING_FAILED',
      weight: 'wastes',
      says: `Expected git to sign commits in ${folder} (commit.gpgsign is on), got: ${why}.`,
      mend: 'Give the runtime the key and no passphrase to ask for, or turn commit.gpgsign off for it: else no agent can commit.',
    };
  } finally {
    await rm(objects, { recursive: true, force: true });
  }
}

/**
 * By what a commit is signed, as configured outside the repository: workers write its configuration, and this program runs
 * nothing that it names.
 */
async function programsOutside(folder: string): Promise<string[]> {
  const told = async ([name, unless]: readonly [string, string]) => {
    const { stdout } = await execa('git', ['config', '--global', '--get', name], {
      reject: false,
      cwd: folder,
    });
    return ['-c', `${name}=${stdout || unless}`];
  };
  const programs = [
    ['gpg.program', 'gpg'],
    ['gpg.openpgp.program', 'gpg'],
    ['gpg.x509.program', 'gpgsm'],
    ['gpg.ssh.program', 'ssh-keygen'],
    ['gpg.ssh.defaultKeyCommand', ''],
  ] as const;
  return (await Promise.all(programs.map(told))).flat();
}

async function largeFiles(folder: string): Promise<Concern | null> {
  if (!(await usesLfs(folder))) return null;
  const version = await runGit(folder, ['lfs', 'version']);
  if (version.ok) return null;
  return {
    code: 'GIT_LFS_MISSING',
    weight: 'wastes',
    says: `Expected git-lfs for the files that .gitattributes of ${folder} gives to it, got no such program: agents see pointers, or get no worktree.`,
    mend: 'Install git-lfs in the runtime.',
  };
}

async function submodules(folder: string): Promise<Concern | null> {
  if (!(await isThere(join(folder, '.gitmodules')))) return null;
  const { stdout } = await runGit(folder, ['submodule', 'status']);
  const empty = stdout.split('\n').flatMap((line) => /^-\w+ (.+)$/.exec(line)?.[1] ?? []);
  return {
    code: 'PRODUCT_SUBMODULES',
    weight: 'start',
    says:
      empty.length > 0
        ? `Submodules of ${folder} are empty: ${empty.join(', ')}.`
        : `Submodules of ${folder} are there, and empty in the worktrees of its workers, which git makes without them.`,
    mend: 'Let the objective say that `git submodule update --init` comes first where work is in one.',
  };
}
