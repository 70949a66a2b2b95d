// What a repository is, for who thinks of adding it. A folder is read only; an address is asked for its branches, no more.
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { FleetError } from '../common/errors.ts';
import { repoSchema } from '../registry/repo.ts';
import { leftBehind } from '../runtime/checkout/left-behind.ts';
import { anyProtocol } from '../runtime/checkout/make.ts';
import { reasonOf, runGit } from '../runtime/checkout/run-git.ts';
import { isThere, readSource } from '../runtime/checkout/source.ts';
import { kindConcerns } from '../runtime/checkout/state.ts';
import { type Written, writtenIn } from './languages.ts';

export interface Description {
  /** resolved folder on this machine, or the address as it was given */
  at: string;
  kind: 'folder' | 'address';
  /** null: a detached HEAD, or not known */
  branch: string | null;
  /** files that git has, and their bytes; null: not known */
  size: { files: number; bytes: number } | null;
  written: Written | null;
  /** it has an `.overstory/config.yaml`; null: not known */
  overstory: boolean | null;
  /** what is worth knowing before work is paid for */
  cautions: { code: string; says: string; mend: string }[];
}

/** Longer than a look may take. */
const lookMs = 20_000;

/**
 * @param given  a folder as typed (`~` is the home), or what `git clone` takes
 * @param cwd    what a relative folder is relative to
 * @throws FleetError PRODUCT_MISSING, PRODUCT_NOT_GIT, PRODUCT_NOT_GIT_ROOT, PRODUCT_WORKTREE_AWAY, PRODUCT_UNREADABLE,
 *   BAD_ADDRESS
 */
export async function describe(given: string, cwd: string): Promise<Description> {
  const folder = resolve(cwd, given.replace(/^~(?=\/|$)/, homedir()));
  if (await isThere(folder)) return describeFolder(folder);
  if (/^(?:https|ssh|file):\/\/|^[\w.-]+@[\w.-]+:/.test(given)) return describeAddress(given);
  throw new FleetError({
    code: 'PRODUCT_MISSING',
    message: `Expected a folder at ${folder}, or an address such as https://host/owner/name.git, got neither.`,
    mend: 'Name the folder of a git repository on this machine, or the address that you would clone.',
  });
}

async function describeFolder(given: string): Promise<Description> {
  if (!(await stat(given)).isDirectory())
    throw new FleetError({
      code: 'PRODUCT_NOT_GIT',
      message: `Expected ${given} to be a folder, got a file.`,
      mend: 'Name the folder of the repository.',
    });
  const at = await realpath(given);
  const source = await readSource('it', at).catch((thrown) => {
    throw again(FleetError.wrap(thrown));
  });
  const files = source.commit === null ? [] : await filesOf(at, source.commit);
  const [left, kind] = await Promise.all([leftBehind(at), kindConcerns(at)]);
  return {
    at,
    kind: 'folder',
    branch: source.branch,
    size: files && { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) },
    written: files && writtenIn(files),
    overstory:
      (await isThere(join(at, '.overstory', 'config.yaml'))) ||
      Boolean(files?.some(({ path }) => path === '.overstory/config.yaml')),
    cautions: [...left, ...kind].map(({ code, says, mend }) => ({ code, says, mend })),
  };
}

/** What readSource() says of a product that is there; here it is to be added once it is mended. */
function again(error: FleetError): FleetError {
  if (error.code !== 'PRODUCT_NOT_GIT')
    return new FleetError({ ...error.toJSON(), product: null, cause: error });
  return new FleetError({
    ...error.toJSON(),
    product: null,
    mend: 'Run `git init` in it and commit what is there; then add it.',
    cause: error,
  });
}

/** null: it took too long */
async function filesOf(at: string, commit: string): Promise<{ path: string; bytes: number }[] | null> {
  const listed = await runGit(at, ['ls-tree', '-r', '-l', '-z', commit], { timeoutMs: lookMs });
  if (!listed.ok) return null;
  return listed.stdout.split('\0').flatMap((line) => {
    const [, bytes, path] = /^\S+ blob \S+ +(\d+)\t(.+)$/s.exec(line) ?? [];
    return path === undefined ? [] : [{ path, bytes: Number(bytes) }];
  });
}

async function describeAddress(at: string): Promise<Description> {
  const said = repoSchema.safeParse(at);
  if (!said.success)
    throw new FleetError({
      code: 'BAD_ADDRESS',
      message: `Expected ${said.error.issues[0]?.message ?? 'an address'}, got another address.`,
      mend: 'Give the address without a password; credentials for git belong to the runtime (docs/docker.md).',
    });
  const asked = await runGit('.', ['ls-remote', '--symref', '--', at, 'HEAD'], {
    protocols: anyProtocol,
    timeoutMs: lookMs,
  });
  return {
    at,
    kind: 'address',
    branch: /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(asked.stdout)?.[1] ?? null,
    size: null,
    written: null,
    overstory: null,
    cautions: asked.ok
      ? []
      : [
          {
            code: 'PRODUCT_CLONE_FAILED',
            says: `It could not be read from here: ${reasonOf(asked)}.`,
            mend: 'Check the address; where the runtime has credentials that this machine lacks, go on.',
          },
        ],
  };
}
