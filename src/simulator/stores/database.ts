// Opens one SQLite file as overstory does: WAL, 5 s busy timeout, schema made on first use.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Errors are SQLite's own (`database is locked`, `file is not a database`…): the same words overstory passes on. */
export function openDatabase(root: string, file: string, schema: string): DatabaseSync {
  const path = join(root, '.overstory', file);
  const fresh = !existsSync(path);
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    // Setting the mode takes a lock even when it is set already: only the first opener pays.
    if (fresh) db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = NORMAL');
    if (fresh || db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined) db.exec(schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
