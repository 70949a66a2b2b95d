// The objectives that are open, and those over that they still name: kept in step with what is written, row by row.
import type { DatabaseSync } from 'node:sqlite';
import { type ListedRow, listed, listedOf } from './objective-row.ts';
import { prepared } from './reader.ts';

export interface OpenObjectives {
  /** queued, starting and running, in order of arrival; a row that nobody wrote since is the same object as before */
  all(): readonly ListedRow[];
  /** One of them; null: it is not open, or not there. */
  one(id: string): ListedRow | null;
  /** Of the objectives that are over those that a queued one names in its `needs`, in order of arrival. */
  endedNeeds(): readonly ListedRow[];
  /** The scheduler's rule that held each queued objective when last asked; null: none yet. */
  rules(): ReadonlyMap<string, string | null>;
}

/** What is read of them, at one moment. */
interface Read {
  /** In order of arrival. */
  byId: Map<string, ListedRow>;
  all: readonly ListedRow[];
  ended: readonly ListedRow[];
  rules: Map<string, string | null>;
}

export function openObjectives(db: DatabaseSync): OpenObjectives {
  const written = watch(db);
  let last: Read | null = null;

  function read(): Read {
    // What is read in a transaction may be taken back without a word.
    if (db.isTransaction) return readAll(db);
    if (last === null) last = readAll(db);
    else if (written.rows.size + written.rules.size > 0) last = brought(db, last, written);
    written.rows.clear();
    written.rules.clear();
    return last;
  }
  return {
    all: () => read().all,
    one: (id: string) => read().byId.get(id) ?? null,
    endedNeeds: () => read().ended,
    rules: () => read().rules,
  };
}

function readAll(db: DatabaseSync): Read {
  const open = `state IN ('queued','starting','running')`;
  const all = prepared(db, `SELECT ${listed} FROM objectives WHERE ${open} ORDER BY n`).all().map(listedOf);
  const byId = new Map(all.map((row) => [row.id, row]));
  const rules = prepared(db, `SELECT id, wait_rule FROM objectives WHERE state = 'queued'`)
    .all()
    .map((r) => [String(r.id), r.wait_rule as string | null] as const);
  return { byId, all, ended: endedOf(db, all, byId, new Map()), rules: new Map(rules) };
}

/** The last read, with what was written since: its maps are changed, its lists are not. */
function brought(db: DatabaseSync, last: Read, written: Written): Read {
  const { rules } = last;
  for (const id of [...written.rows, ...written.rules]) {
    const held = prepared(db, `SELECT wait_rule FROM objectives WHERE id = ? AND state = 'queued'`).get(id);
    if (held === undefined) rules.delete(id);
    else rules.set(id, held.wait_rule as string | null);
  }
  if (written.rows.size === 0) return last;
  const { byId } = last;
  let inOrder = true;
  let lastN = last.all.at(-1)?.n ?? 0;
  for (const id of written.rows) {
    const row = readOne(db, id);
    if (row === null || isOver(row)) {
      byId.delete(id);
      continue;
    }
    // In a Map a row that is renewed keeps its place, and a new one comes last.
    if (!byId.has(id)) {
      inOrder &&= row.n > lastN;
      lastN = row.n;
    }
    byId.set(id, row);
  }
  const all = [...byId.values()];
  if (!inOrder) all.sort((a, b) => a.n - b.n);
  const before = last.ended.flatMap((row) => (written.rows.has(row.id) ? [] : [[row.id, row] as const]));
  return {
    byId: inOrder ? byId : new Map(all.map((row) => [row.id, row])),
    all,
    ended: endedOf(db, all, byId, new Map(before)),
    rules,
  };
}

/** @param known  those read before that nobody has written since */
function endedOf(
  db: DatabaseSync,
  all: readonly ListedRow[],
  open: ReadonlyMap<string, ListedRow>,
  known: ReadonlyMap<string, ListedRow>,
): ListedRow[] {
  const needed = new Set<string>();
  for (const { state, needs } of all) if (state === 'queued') for (const id of needs) needed.add(id);
  const ended: ListedRow[] = [];
  for (const id of needed) {
    const row = open.has(id) ? null : (known.get(id) ?? readOne(db, id));
    if (row !== null) ended.push(row);
  }
  return ended.sort((a, b) => a.n - b.n);
}

function readOne(db: DatabaseSync, id: string): ListedRow | null {
  const found = prepared(db, `SELECT ${listed} FROM objectives WHERE id = ?`).get(id);
  return found === undefined ? null : listedOf(found);
}

const isOver = ({ state }: ListedRow): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';

interface Written {
  /** ids of the rows written since */
  rows: Set<string>;
  /** ids of those of which the rule alone was */
  rules: Set<string>;
}

/** SQLite itself tells of each write, whatever statement made it. */
function watch(db: DatabaseSync): Written {
  const written: Written = { rows: new Set(), rules: new Set() };
  const note = (ids: Set<string>) => (id: unknown) => {
    ids.add(String(id));
    return null;
  };
  db.function('objective_written', note(written.rows));
  db.function('rule_written', note(written.rules));
  const others = prepared(db, `SELECT name FROM pragma_table_info('objectives')`)
    .all()
    .flatMap(({ name }) => (name === 'wait_rule' ? [] : String(name)))
    .join(', ');
  for (const [name, write, tell] of [
    ['objective_new', 'INSERT', 'objective_written(NEW.id)'],
    ['objective_changed', `UPDATE OF ${others}`, 'objective_written(NEW.id)'],
    ['objective_gone', 'DELETE', 'objective_written(OLD.id)'],
    ['objective_held', 'UPDATE OF wait_rule', 'rule_written(NEW.id)'],
  ])
    db.exec(`CREATE TEMP TRIGGER ${name} AFTER ${write} ON main.objectives BEGIN SELECT ${tell}; END`);
  return written;
}
