// Reads that are kept until a row of their tables is written. SQLite itself tells of each write, by triggers of this
// connection: whatever statement wrote a row, what was read before is not given again.
import type { DatabaseSync } from 'node:sqlite';

/** Tables that are watched. `ended_sessions`: of the sessions those that are over, before or after the write. */
export type Watched =
  | 'account_shares'
  | 'breakers'
  | 'closed_accounts'
  | 'ended_sessions'
  | 'gates'
  | 'interventions'
  | 'limited_sessions'
  | 'moves'
  | 'outcomes'
  | 'overrides'
  | 'placements'
  | 'pull_requests'
  | 'reliefs'
  | 'sessions'
  | 'troubles';

type Value = string | number | null;

interface Writes {
  /** how often a row of the table was written, also where that was taken back */
  counts: Map<string, number>;
  watched: Set<Watched>;
}

const writesOf = new WeakMap<DatabaseSync, Writes>();

/** The lock is exclusive: nobody else writes the file while it is open here. */
function watch(db: DatabaseSync): Writes {
  const known = writesOf.get(db);
  if (known !== undefined) return known;
  const writes: Writes = { counts: new Map(), watched: new Set() };
  db.function('row_written', (name) => {
    writes.counts.set(String(name), (writes.counts.get(String(name)) ?? 0) + 1);
    return null;
  });
  writesOf.set(db, writes);
  return writes;
}

function addTriggers(db: DatabaseSync, name: Watched): void {
  const table = name === 'ended_sessions' ? 'sessions' : name;
  const when = (...rows: string[]) =>
    name === 'ended_sessions' ? `WHEN ${rows.map((row) => `${row}.state = 'ended'`).join(' OR ')}` : '';
  for (const [write, condition] of [
    ['INSERT', when('NEW')],
    ['UPDATE', when('OLD', 'NEW')],
    ['DELETE', when('OLD')],
  ])
    db.exec(
      `CREATE TEMP TRIGGER ${name}_${write} AFTER ${write} ON main.${table} ${condition}
       BEGIN SELECT row_written('${name}'); END`,
    );
}

/**
 * `read`, which is asked again only when a row of these tables was written since, or with other values than the last
 * time. What it returns is shared: not to be changed.
 */
export function kept<A extends readonly Value[], T>(
  db: DatabaseSync,
  tables: readonly Watched[],
  read: (...asked: A) => T,
): (...asked: A) => T {
  const { counts, watched } = watch(db);
  for (const name of tables) {
    if (watched.has(name)) continue;
    addTriggers(db, name);
    watched.add(name);
  }
  let last: { asked: A; writes: number; found: T } | null = null;
  return (...asked) => {
    // What is read in a transaction may be taken back without a word.
    if (db.isTransaction) return read(...asked);
    // Each only grows: the same sum is the same of each.
    const writes = tables.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
    if (last?.writes === writes && asked.every((value, at) => value === last?.asked[at])) return last.found;
    const found = read(...asked);
    last = { asked, writes, found };
    return found;
  };
}
