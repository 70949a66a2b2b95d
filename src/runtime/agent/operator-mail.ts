// The operator's unread mail, without a second `ov` where `ov status` has just counted none.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail } from '../../contract/runtime/snapshot.ts';
import type { ReplyOf } from '../../overstory/commands/index.ts';
import type { Ov } from './ov.ts';

/** A status this slow has waited for a lock (overstory's busy timeout is 5 s) and counts 0 for want of knowing. */
const waitedMs = 4_000;
/** The first bytes of every SQLite file (sqlite.org/fileformat.html §1.3). */
const header = Buffer.from('SQLite format 3\0');

/** Asked with `agent: operator`; the scope is said from 0.10 on, and only then is the count known to be the operator's. */
type Counted = Pick<ReplyOf<'status'>, 'unreadMailCount' | 'unreadMailScope'>;

/**
 * `ov status` counts 0 also when mail.db is broken or locked: then `ov mail list` is asked, and says so.
 * @param tookMs how long the status took. @param behind what else wants the machine goes first
 * @returns newest first
 */
export async function operatorMail(
  ov: Ov,
  folder: string,
  status: Counted,
  tookMs: number,
  behind: boolean,
): Promise<Mail[]> {
  const none = status.unreadMailScope === 'operator' && status.unreadMailCount === 0;
  if (none && tookMs < waitedMs && (await readable(join(folder, '.overstory', 'mail.db')))) return [];
  return (await ov.call(folder, 'mail.list', { to: 'operator', unread: true }, { behind })).messages;
}

/** Absent, empty, or begins like a database. */
async function readable(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0);
    return bytesRead === 0 || buffer.equals(header);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
