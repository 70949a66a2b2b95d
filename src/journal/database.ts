// The file under the journal: opened by one fleetd, brought to this version, and its errors in words.
import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FleetError } from '../common/errors.ts';
import { migrations } from './migrations.ts';

/** @throws FleetError JOURNAL_NEWER, JOURNAL_LOCKED, JOURNAL_UNUSABLE */
export function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    // FULL: an accepted objective survives a power cut. EXCLUSIVE: a second fleetd on this file is refused.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;',
    );
    migrate(db, file);
    return db;
  } catch (error) {
    throw journalError(error, file);
  }
}

function migrate(db: DatabaseSync, file: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length) {
    throw new FleetError({
      code: 'JOURNAL_NEWER',
      message: `Expected ${file} to be of version ${migrations.length} or older, got version ${version}: a newer fleetd wrote it.`,
      mend: 'Run the newer fleetd again, or restore a backup made before the upgrade.',
    });
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  // Takes the exclusive lock now: SQLite takes it at the first write otherwise.
  db.exec('BEGIN IMMEDIATE; COMMIT;');
}

/** Twice the longest event (256 KiB): in the log of writes, and in the file. */
const leastFreeBytes = 512 * 1024;

/** Whether the longest event finds room beside this file. True where that cannot be told. */
export function hasRoom(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize >= leastFreeBytes;
  } catch {
    return true;
  }
}

/** What SQLite or the file system said, as a FleetError where it has a mend. */
export function journalError(error: unknown, file: string): Error {
  if (error instanceof FleetError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/database is locked|busy/i.test(text)) {
    return new FleetError({
      code: 'JOURNAL_LOCKED',
      message: `Expected to be the only fleetd on ${file}, got: ${text}.`,
      mend: 'Stop the other fleetd (or choose another state folder), then start this one again.',
      cause: error,
    });
  }
  if (
    /not a database|malformed|unable to open|readonly|disk is full|disk I\/O|permission|ENOSPC|EACCES|EROFS|ENOTDIR|EEXIST/i.test(
      text,
    )
  ) {
    return new FleetError({
      code: 'JOURNAL_UNUSABLE',
      message: `Cannot use the journal ${file}: ${text}.`,
      mend: 'Check free space and permissions of its folder; if the file is damaged, restore a backup.',
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(text);
}
