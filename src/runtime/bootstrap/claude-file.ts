// The one writer of Claude Code's JSON files: `fleet doctor --fix`, every start and the container's prepare step go
// through here, each perhaps in a process of its own, and Claude Code writes the same files meanwhile.
//
// The lock is the one that Claude Code itself takes for ~/.claude.json (2.1.71, 2.1.112 and 2.1.332 were read): the
// folder `<file>.lock`, made by mkdir, of a holder that is gone when its mtime is 10 s old. That is the protocol of
// proper-lockfile, which hooks every signal of its process; what is needed of it are these lines.
import {
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FleetError } from '../../common/errors.ts';

export type Json = { [key: string]: unknown };

/** After this long without a sign of life a lock's holder is taken for dead. Claude Code's own figure. */
const staleMs = 10_000;
/** Longer than a dead holder's lock stands. */
const patienceMs = 15_000;

/**
 * Reads the file, changes it and writes it, as one step for all who use this lock. A file that is not there is `{}`; one
 * that is no JSON is moved aside (`.unreadable`); one that the change leaves as it is, is not written.
 * @returns whether it was written
 * @throws FleetError CLAUDE_CONFIG_LOCKED when another process kept the lock
 */
export async function editJson(file: string, change: (before: Json) => Json): Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = `${file}.lock`;
  for (const since = performance.now(); !take(lock); ) {
    if (performance.now() - since > patienceMs) throw locked(file, lock);
    removeStale(lock);
    await sleep(5 + Math.random() * 20);
  }
  // Without a pause until the lock is given back: this process cannot meet itself in here, nor grow stale.
  try {
    return write(file, change);
  } finally {
    rmdirSync(lock);
  }
}

function write(file: string, change: (before: Json) => Json): boolean {
  // A dotfiles manager's link stays a link.
  const target = orWhenMissing(() => realpathSync(file), file);
  const text = orWhenMissing(() => readFileSync(target, 'utf8'), null);
  const before = text === null ? {} : parse(text);
  if (before === null) renameSync(target, `${target}.unreadable`);
  const after = change(before ?? {});
  if (before !== null && text !== null && JSON.stringify(after) === JSON.stringify(before)) return false;
  const mode = orWhenMissing(() => statSync(target).mode & 0o777, 0o600);
  const draft = `${target}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(after, null, 2)}\n`, { mode, flush: true });
  renameSync(draft, target);
  return true;
}

/** null: it is not JSON */
function parse(text: string): Json | null {
  try {
    return object(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What is no JSON object counts as an empty one. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes a dead holder's lock away. Only one may do so at a time: of two that had both seen the dead one's, the slower
 * would else take away the lock that the quicker has just made.
 */
function removeStale(lock: string): void {
  const guard = `${lock}.stale`;
  if (!isStale(lock)) return;
  if (isStale(guard)) orWhenMissing(() => rmdirSync(guard), null);
  if (!take(guard)) return;
  try {
    if (isStale(lock)) orWhenMissing(() => rmdirSync(lock), null);
  } finally {
    orWhenMissing(() => rmdirSync(guard), null);
  }
}

const isStale = (lock: string): boolean =>
  orWhenMissing(() => Date.now() - statSync(lock).mtimeMs > staleMs, false);

function orWhenMissing<T, M>(look: () => T, missing: M): T | M {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}

function locked(file: string, lock: string): FleetError {
  return new FleetError({
    code: 'CLAUDE_CONFIG_LOCKED',
    message: `Expected to change ${file} within ${patienceMs / 1000} s, got its lock held by another process all that time.`,
    mend: `Try again; if no claude runs as this user, remove the folder ${lock}.`,
  });
}
