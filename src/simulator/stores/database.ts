// Opens one SQLite file as overstory does: WAL, 5 s busy timeout, schema made on first use.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const busyMs = 5_000;

/** Errors are SQLite's own (`database is locked`, `file is not a database`…): the same words overstory passes on. */
export function openDatabase(root: string, file: string, schema: string): DatabaseSync {
  const endMs = Date.now() + busyMs;
  for (;;) {
    try {
      return opened(join(root, '.overstory', file), schema);
    } catch (error) {
      // Of two that make it at once SQLite lets one wait for nothing, whatever its timeout: the mode is not set under it.
      if (!/locked/.test(String(error)) || Date.now() >= endMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function opened(path: string, schema: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyMs });
  try {
    // Setting the mode takes a lock even when it is set already: only who makes the file pays.
    if (db.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal') db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = NORMAL');
    if (db.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined) db.exec(schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
