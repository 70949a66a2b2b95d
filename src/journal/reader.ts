// How the stores read: prepared once, kept for the life of the file.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;
type Value = string | number | null;

/** A column that holds JSON. */
export const parse = (text: unknown): never => JSON.parse(String(text)) as never;

export type Reader = ReturnType<typeof createReader>;

const kept = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** For texts that are the same each time: each is kept as long as the file is open. */
export function prepared(db: DatabaseSync, sql: string): StatementSync {
  const statements = kept.get(db) ?? new Map<string, StatementSync>();
  kept.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

export function createReader(db: DatabaseSync) {
  const prepare = (sql: string) => prepared(db, sql);
  return {
    prepare,
    rows: (sql: string, ...values: Value[]): Row[] => prepare(sql).all(...values),
    row: (sql: string, ...values: Value[]): Row | undefined => prepare(sql).get(...values),
  };
}
