// Reads of events, wherever they are: in the journal, or in the archive's files of months.
import type { DatabaseSync } from 'node:sqlite';
import type { Row } from '../reader.ts';
import { prepared } from '../reader.ts';
import { merged, type Source } from './merge.ts';
import { copyBack, readMonth } from './month.ts';
import { giveRoomBack, moveSome } from './move.ts';

type Value = string | number | null;

interface Month {
  month: string;
  first: number;
  last: number;
}

export type EventRows = ReturnType<typeof eventRows>;

/** @param folder  of the archive; null: there is none (a journal in memory) */
export function eventRows(db: DatabaseSync, folder: string | null) {
  let known: Month[] | null = null;
  const months = (): Month[] => {
    known ??= prepared(
      db,
      'SELECT month, min(first_seq) AS first, max(last_seq) AS last FROM archived GROUP BY month',
    )
      .all()
      .map((r) => ({ month: String(r.month), first: r.first as number, last: r.last as number }));
    return known;
  };
  /** @param which  SQL over the columns of archived */
  const monthsWhere = (which: string, value: Value): Month[] => {
    if (months().length === 0) return [];
    const here = prepared(db, `SELECT DISTINCT month FROM archived WHERE ${which}`).all(value);
    return months().filter(({ month }) => here.some((r) => r.month === month));
  };

  /** Of a month's file, what the journal has given to it. */
  function* of(month: string, sql: string, values: Value[]): Generator<Row> {
    const given = prepared(
      db,
      'SELECT 1 FROM archived WHERE objective = ? AND month = ? AND ? BETWEEN first_seq AND last_seq',
    );
    for (const row of readMonth(folder ?? '', month, sql, values))
      if (given.get(row.objective as string, month, row.seq as number) !== undefined) yield row;
  }

  const inJournal = (sql: string, values: Value[]) => prepared(db, sql).iterate(...values);

  /** @param by  `+`: found by another index than that of their order */
  function* all(which: Month[], where: string, values: Value[], way: 1 | -1, by = ''): Generator<Row> {
    const sql = `SELECT * FROM events WHERE ${where} ORDER BY ${by}seq ${way === 1 ? 'ASC' : 'DESC'}`;
    if (which.length === 0) {
      yield* inJournal(sql, values);
      return;
    }
    const sources: Source[] = which.map(({ month, first, last }) => ({
      from: way === 1 ? first : last,
      rows: () => of(month, sql, values),
    }));
    const from = way === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    yield* merged([{ from, rows: () => inJournal(sql, values) }, ...sources], way);
  }

  return {
    /** Ascending. */
    after: (seq: number): Generator<Row> =>
      all(
        months().filter(({ last }) => last > seq),
        'seq > ?',
        [seq],
        1,
      ),
    /** Of a product or an objective, descending. @param where  SQL over the columns of events; ?1 is that product or objective */
    newest(target: string, where: string, ...values: Value[]): Generator<Row> {
      const here = monthsWhere(
        'objective = ?1 OR objective IN (SELECT id FROM objectives WHERE product = ?1)',
        target,
      );
      return all(here, where, [target, ...values], -1);
    },
    /** Those of an objective, ascending. */
    of(objective: string | null, kind: string): Row[] {
      const here = monthsWhere('objective = ?', objective);
      return [...all(here, 'objective = ? AND kind = ?', [objective, kind], 1)];
    },
    /** Of objectives that were not over at `fromMs`, ascending. @param where  SQL over the columns of events */
    ofThoseOpenAt(fromMs: number, where: string, ...values: Value[]): Generator<Row> {
      const open = `SELECT id FROM objectives WHERE ended_at_ms IS NULL
        UNION ALL SELECT id FROM objectives WHERE ended_at_ms >= ?`;
      const ids = prepared(db, open)
        .all(fromMs)
        .map((r) => String(r.id));
      const listed = JSON.stringify(ids);
      const ofThem = 'objective IN (SELECT value FROM json_each(?))';
      return all(monthsWhere(ofThem, listed), `${ofThem} AND ${where}`, [listed, ...values], 1, '+');
    },

    /**
     * Moves events of some objectives that ended before then.
     * @returns whether there may be more
     * @throws as SQLite does (no space, no permission); nothing is lost then
     */
    moveSome(beforeMs: number): boolean {
      if (folder === null) return false;
      const more = moveSome(db, folder, beforeMs) > 0;
      known = null;
      if (!more) giveRoomBack(db);
      return more;
    },
    /** The copy of the journal has all events in itself when this resolves. */
    async copyBack(copy: DatabaseSync): Promise<void> {
      const there = copy.prepare('SELECT DISTINCT month FROM archived').all();
      for (const { month } of there) {
        copyBack(copy, folder ?? '', String(month));
        // A month takes some tenths of a second.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
