// How the stores read: prepared once, kept for the life of the file.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { kept, type Watched } from './kept.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;
type Value = string | number | null;

/** A column that holds JSON. */
export const parse = (text: unknown): never => JSON.parse(String(text)) as never;

export type Reader = ReturnType<typeof createReader>;

const statementsOf = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** For texts that are the same each time: each is kept as long as the file is open. */
export function prepared(db: DatabaseSync, sql: string): StatementSync {
  const statements = statementsOf.get(db) ?? new Map<string, StatementSync>();
  statementsOf.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

export function createReader(db: DatabaseSync) {
  const prepare = (sql: string) => prepared(db, sql);
  return {
    prepare,
    kept: <A extends readonly Value[], T>(tables: readonly Watched[], read: (...asked: A) => T) =>
      kept(db, tables, read),
    rows: (sql: string, ...values: Value[]): Row[] => prepare(sql).all(...values),
    row: (sql: string, ...values: Value[]): Row | undefined => prepare(sql).get(...values),
  };
}
