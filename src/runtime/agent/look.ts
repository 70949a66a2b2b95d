// look: a read-only glance into a product for the model and the human. Confined by the resolved path,
// capped in length, and blind to secrets, to git's own files and to overstory's databases.
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import type { LookReply, lookRequestSchema } from '../../contract/runtime/look.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import { liesUnder, pathInside } from './confine.ts';
import { git } from './git.ts';
import { openInside } from './open-inside.ts';

type Look = z.output<typeof lookRequestSchema>;

const maxTreeLines = 2_000;
const maxLogBytes = 131_072;
const logTimeoutMs = 10_000;

const secretNames =
  /^(?:\.env(?:\..+)?|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx|asc)|id_(?:rsa|dsa|ecdsa|ed25519)(?:_.+)?|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.htpasswd|\.git-credentials|credentials(?:\..+)?|secrets?\.(?:json|ya?ml|toml|env|txt)|\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.claude\.json|\.credentials\.json)$/i;
const harmlessNames = /^\.env\.(?:example|sample|template|dist)$/i;
const database = /\.(?:db|sqlite3?)(?:-wal|-shm|-journal)?$/i;

/** Why a file may not be read, or null. `path` is relative to the product's root. */
export function refusalOf(path: string): string | null {
  const parts = path.split(sep);
  if (parts.some((part) => part.toLowerCase() === '.git')) return "one of git's own files";
  if (parts[0] === '.overstory' && database.test(basename(path))) return "one of overstory's databases";
  if (parts.some((part) => secretNames.test(part) && !harmlessNames.test(part)))
    return 'a file that holds secrets';
  return null;
}

/**
 * @param folder the product's resolved root
 * @throws PATH_ESCAPES, LOOK_REFUSED, LOOK_NOT_FOUND, LOOK_NOT_TEXT, LOOK_FAILED
 */
export async function look(product: ProductRef, folder: string, what: Look): Promise<LookReply> {
  switch (what.kind) {
    case 'tree':
      return await tree(product.name, folder, what.path, what.depth);
    case 'file':
      return await file(product.name, folder, what.path, what.maxBytes);
    case 'log':
      return await log(product.name, folder, what.limit);
  }
}

function refused(product: string, code: ErrorCode, expected: string, got: string): FleetError {
  return new FleetError({
    code,
    message: `Expected ${expected}, got ${got}.`,
    mend: 'Look at the tree of the product for what is there to read.',
    product,
  });
}

async function resolveIn(product: string, folder: string, path: string): Promise<string> {
  const real = await pathInside(product, folder, path);
  if (real === null)
    throw refused(product, 'LOOK_NOT_FOUND', 'something that exists', JSON.stringify(path.slice(0, 200)));
  const why = refusalOf(relative(folder, real)) ?? refusalOf(path);
  if (why !== null) throw refused(product, 'LOOK_REFUSED', 'a file of the work itself', why);
  return real;
}

async function tree(product: string, folder: string, path: string, depth: number): Promise<LookReply> {
  const top = await resolveIn(product, folder, path);
  const lines: string[] = [];
  let truncated = false;
  async function walk(at: string, level: number): Promise<void> {
    const found = await readdir(at, { withFileTypes: true });
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = relative(folder, join(at, entry.name));
      if (entry.name.toLowerCase() === '.git' || refusalOf(inside)?.includes('databases')) continue;
      if (lines.length >= maxTreeLines) {
        truncated = true;
        return;
      }
      // JSON escapes what a hostile name could hold: newlines, control characters.
      const name = JSON.stringify(entry.name).slice(1, -1);
      const mark = entry.isDirectory() ? '/' : entry.isSymbolicLink() ? '@' : '';
      lines.push(`${'  '.repeat(level)}${name}${mark}`);
      // Links are shown, never followed.
      if (entry.isDirectory() && level + 1 < depth && refusalOf(inside) === null)
        await walk(join(at, entry.name), level + 1).catch(() => {});
    }
  }
  try {
    await walk(top, 0);
  } catch {
    throw refused(
      product,
      'LOOK_NOT_FOUND',
      'a folder that may be listed',
      JSON.stringify(path.slice(0, 200)),
    );
  }
  return { text: lines.join('\n'), truncated };
}

async function file(product: string, folder: string, path: string, maxBytes: number): Promise<LookReply> {
  const real = await resolveIn(product, folder, path);
  const handle = await openInside(real);
  if (handle === null)
    throw refused(product, 'LOOK_NOT_FOUND', 'a file that may be read', JSON.stringify(path.slice(0, 200)));
  if (handle === 'moved')
    throw refused(
      product,
      'PATH_ESCAPES',
      'a file that stays where it is',
      `${JSON.stringify(path.slice(0, 200))}, which was moved while it was opened`,
    );
  try {
    const { size } = await handle.stat().then((found) => {
      if (found.isFile()) return found;
      throw refused(product, 'LOOK_NOT_TEXT', 'a text file', 'something else than a file');
    });
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const truncated = size > bytesRead;
    const text = decode(bytes, truncated);
    if (text === null)
      throw refused(product, 'LOOK_NOT_TEXT', 'a text file in UTF-8', `a binary file of ${size} bytes`);
    return { text, truncated };
  } finally {
    await handle.close();
  }
}

/** @returns null for what is not UTF-8 text; a character cut at the end of a truncated read is dropped */
function decode(bytes: Buffer, truncated: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: truncated });
  } catch {
    return null;
  }
}

async function log(product: string, folder: string, limit: number): Promise<LookReply> {
  if ((await realpath(join(folder, '.git')).catch(() => null)) === null)
    throw refused(product, 'LOOK_NOT_FOUND', 'a git repository', 'a folder without .git');
  // A link, or a file that names another folder: both would show another repository.
  const where = await git(folder, ['rev-parse', '--absolute-git-dir', '--git-common-dir']);
  const dirs = where.stdout.split('\n').map((dir) => realpath(resolve(folder, dir)).catch(() => ''));
  if (!where.failed && !(await Promise.all(dirs)).every((dir) => liesUnder(folder, dir)))
    throw refused(product, 'PATH_ESCAPES', 'a repository inside the product', 'a .git that leads out of it');
  const result = await git(
    folder,
    ['log', '--oneline', '--no-decorate', '--no-color', '--no-show-signature', `--max-count=${limit}`],
    { timeout: logTimeoutMs, maxBuffer: maxLogBytes },
  );
  if (result.failed && !result.isMaxBuffer) {
    if (/does not have any commits yet/.test(result.stderr)) return { text: '', truncated: false };
    throw new FleetError({
      code: 'LOOK_FAILED',
      message: `Expected git log of ${folder}, got: ${result.stderr.split('\n')[0] || result.shortMessage}.`,
      mend: 'Run `git log` in the product by hand and mend what it says.',
      product,
    });
  }
  return { text: result.stdout, truncated: result.isMaxBuffer };
}
