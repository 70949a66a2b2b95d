// The one writer of products.yaml, for who typed a command: one change, checked as a whole before it is written.
//
// It is written beside its place and renamed, so that a crash leaves the old file or the new one, and the former version
// stays as `<file>.before`. The file beside it, opened so that only one can have it, is also the lock of those who write;
// an editor knows no lock, so the file is read again at the last moment.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { FleetError } from '../common/errors.ts';
import type { Roots } from './folders.ts';
import { parseRegistry } from './parse.ts';
import { bytesOf } from './read.ts';
import type { Registry } from './registry.ts';
import { type Change, changedText } from './splice.ts';

/** What a change would make of the file. */
export interface Draft {
  file: string;
  /** the same in both: nothing would be different */
  before: string;
  after: string;
  /** what `after` says */
  registry: Registry;
}

/** A writer that has not come to its end by then is gone. */
const staleMs = 10_000;

/**
 * @param changes  one after the other; only what comes of all of them need be valid
 * @throws FleetError REGISTRY_MISSING, REGISTRY_UNREADABLE, REGISTRY_INVALID (of the file as it is, or as it would be),
 *   REGISTRY_BY_HAND, PRODUCT_UNKNOWN
 */
export async function draftChange(file: string, roots: Roots, ...changes: Change[]): Promise<Draft> {
  const before = await validText(file, roots);
  const after = changes.reduce((text, change) => changedText(text, change, file), before);
  return { file, before, after, registry: validated(after, file, roots) };
}

/** @throws FleetError REGISTRY_INVALID by the lines that the file would have had */
function validated(after: string, file: string, roots: Roots): Registry {
  try {
    return parseRegistry(after, { file, ...roots });
  } catch (thrown) {
    const error = FleetError.wrap(thrown);
    if (error.code !== 'REGISTRY_INVALID') throw error;
    throw new FleetError({
      ...error.toJSON(),
      mend: 'Ask for something else: this is what the file would have said, and nothing was written.',
      cause: thrown,
    });
  }
}

async function validText(file: string, roots: Roots): Promise<string> {
  const bytes = await bytesOf(file);
  parseRegistry(bytes, { file, ...roots });
  // The mark at the beginning of a text stays where it is.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/**
 * @returns where the former version is now, and the sha256 of the new one, hex
 * @throws FleetError REGISTRY_READ_ONLY; REGISTRY_BUSY when it is not what the draft was made from: nothing is written then
 */
export async function writeDraft({
  file,
  before,
  after,
}: Draft): Promise<{ former: string; digest: string }> {
  // A link stays a link.
  const target = await realpath(file);
  await requireWritable(file, target);
  const { mode, uid, gid } = await stat(target);
  const beside = `${target}.draft`;
  const former = `${target}.before`;
  const handle = await take(file, beside);
  try {
    await handle.writeFile(after);
    await handle.chmod(mode & 0o7777);
    // Another's file stays theirs, where that may be.
    await handle.chown(uid, gid).catch(() => {});
    await handle.sync();
    if ((await readFile(target, 'utf8')) !== before) throw busy(file);
    await keep(target, former, mode & 0o7777);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw refusalOf(file, error);
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(target));
  return { former, digest: createHash('sha256').update(after).digest('hex') };
}

/** A registry where there is none yet. @throws FleetError REGISTRY_READ_ONLY, REGISTRY_BUSY when one came meanwhile */
export async function writeNew(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx', flush: true });
  } catch (error) {
    throw refusalOf(file, error);
  }
}

/** @throws FleetError REGISTRY_READ_ONLY: before anybody is asked anything */
export async function requireWritable(file: string, target = file): Promise<void> {
  const { mode } = await stat(target).catch((error) => {
    throw refusalOf(file, error);
  });
  // Root may write what its owner has closed; the owner has closed it nevertheless.
  if ((mode & 0o222) === 0) throw readOnly(file, `its mode is ${(mode & 0o777).toString(8)}`);
  const handle = await open(target, constants.O_WRONLY | constants.O_NONBLOCK).catch((error) => {
    throw refusalOf(file, error);
  });
  await handle.close();
}

async function take(file: string, beside: string): Promise<FileHandle> {
  const attempt = () =>
    open(beside, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw refusalOf(file, error);
    });
  const first = await attempt();
  if (first !== null) return first;
  const since = await stat(beside).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - since < staleMs) throw busy(file);
  await rm(beside, { force: true });
  const second = await attempt();
  if (second === null) throw busy(file);
  return second;
}

/** A copy, and no second name of the same file: a container that has that file mounted sees by it that it was replaced. */
async function keep(target: string, former: string, mode: number): Promise<void> {
  const draft = `${former}.draft`;
  await writeFile(draft, await readFile(target), { mode, flush: true });
  await rename(draft, former);
}

/** After a power cut the new name is there. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

const busy = (file: string) =>
  new FleetError({
    code: 'REGISTRY_BUSY',
    message: `Expected ${file} as it was read, got another version: somebody else writes it just now. Nothing was written.`,
    mend: 'Do the same again: what they wrote is then kept.',
  });

const readOnly = (file: string, why: string) =>
  new FleetError({
    code: 'REGISTRY_READ_ONLY',
    message: `Expected to write ${file}, got a file that takes nothing: ${why}.`,
    mend: `\`chmod u+w\` it, or type this as its owner.`,
  });

function refusalOf(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FleetError || !('code' in error)) return error;
  if (error.code === 'EEXIST') return busy(file);
  if (error.code === 'EROFS' || error.code === 'EBUSY')
    return new FleetError({
      code: 'REGISTRY_READ_ONLY',
      message: `Expected to write ${file}, got a mount that takes nothing (${error.code}): it is a file of the machine that runs this container.`,
      mend: 'Change it on that machine, with an editor or by `bin/fleet` in the folder of docker-compose.yaml (docs/docker.md); then `docker compose restart fleetd`.',
      cause: error,
    });
  if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(String(error.code)))
    return readOnly(file, String(error.code));
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return new FleetError({
    code: 'REGISTRY_READ_ONLY',
    message: `Expected to write ${file}, got a full disk (${error.code}). It is as it was.`,
    mend: 'Make room there.',
    cause: error,
  });
}
