// A copy of the journal, complete in itself.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { journalError } from './database.ts';

export interface JournalBackup {
  /** in fleetd's own file system */
  file: string;
  bytes: number;
  /** the last event that it holds */
  lastSeq: number;
}

/**
 * Copies the journal, while it is in use, to `backups/` beside it, with the events that the archive has. Restoring is
 * putting the copy in the journal's place while no fleetd runs: it needs no file of the archive.
 * @param copyBack  takes the archive's events into the copy
 * @throws FleetError JOURNAL_UNUSABLE (no space, no permission)
 */
export async function backUp(
  db: DatabaseSync,
  file: string,
  nowMs: number,
  copyBack: (copy: DatabaseSync) => Promise<void>,
): Promise<JournalBackup> {
  const folder = join(dirname(file), 'backups');
  const name = `journal-${new Date(nowMs).toISOString().replaceAll(/[-:]/g, '').replace('.', '-')}.db`;
  const [part, whole] = [join(folder, `${name}.part`), join(folder, name)];
  try {
    mkdirSync(folder, { recursive: true });
    await backup(db, part);
    const copy = new DatabaseSync(part);
    // One file, complete in itself: nothing of it is left in a log beside it.
    copy.exec('PRAGMA journal_mode = DELETE');
    await copyBack(copy);
    const lastSeq = Number(copy.prepare('SELECT max(seq) AS seq FROM events').get()?.seq ?? 0);
    copy.close();
    renameSync(part, whole);
    return { file: whole, bytes: statSync(whole).size, lastSeq };
  } catch (error) {
    const said = journalError(error, whole);
    if (existsSync(part)) rmSync(part);
    throw said;
  }
}
