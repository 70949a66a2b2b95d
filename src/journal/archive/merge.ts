// Several sources of rows, each in order, as one in order.
import type { Row } from '../reader.ts';

export interface Source {
  /** no row of it comes before this number */
  from: number;
  rows(): Iterable<Row>;
}

/**
 * In order of `seq`. A source is opened when one of its rows may be the next: who asks for a few opens few.
 * @param way  1: ascending, -1: descending; then `from` is the highest number
 */
export function* merged(sources: Source[], way: 1 | -1): Generator<Row> {
  const waiting = [...sources].sort((a, b) => way * (a.from - b.from));
  const open: { rows: Iterator<Row>; head: Row }[] = [];
  const before = (a: number, b: number) => way * (a - b) < 0;
  const seqOf = (row: Row) => row.seq as number;
  try {
    for (;;) {
      open.sort((a, b) => way * (seqOf(a.head) - seqOf(b.head)));
      const [next] = open;
      const [source] = waiting;
      if (source !== undefined && (next === undefined || !before(seqOf(next.head), source.from))) {
        waiting.shift();
        const rows = source.rows()[Symbol.iterator]();
        const { value, done } = rows.next();
        if (!done) open.push({ rows, head: value });
        continue;
      }
      if (next === undefined) return;
      yield next.head;
      const { value, done } = next.rows.next();
      if (done) open.shift();
      else next.head = value;
    }
  } finally {
    for (const { rows } of open) rows.return?.();
  }
}
