// How the stores read: prepared once, kept for the life of the file.
import type { DatabaseSync } from 'node:sqlite';

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>;
type Value = string | number | null;

/** A column that holds JSON. */
export const parse = (text: unknown): never => JSON.parse(String(text)) as never;

export type Reader = ReturnType<typeof createReader>;

export function createReader(db: DatabaseSync) {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    prepare,
    rows: (sql: string, ...values: Value[]): Row[] => prepare(sql).all(...values),
    row: (sql: string, ...values: Value[]): Row | undefined => prepare(sql).get(...values),
  };
}
