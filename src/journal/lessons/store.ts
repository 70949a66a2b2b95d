// Reads of lessons and proposals.
import type { DatabaseSync } from 'node:sqlite';
import { prepared, type Row } from '../reader.ts';

export interface LessonRow {
  n: number;
  product: string;
  text: string;
  atMs: number;
  /** in the product itself too, where mulch is */
  recorded: boolean;
}

export interface ProposalRow {
  n: number;
  /** null: of the fleet */
  product: string | null;
  title: string;
  text: string;
  state: 'open' | 'accepted' | 'dropped';
  atMs: number;
}

const lessonOf = (r: Row): LessonRow => ({
  n: r.n as number,
  product: r.product as string,
  text: r.text as string,
  atMs: r.at_ms as number,
  recorded: r.recorded === 1,
});
const proposalOf = (r: Row): ProposalRow => ({
  n: r.n as number,
  product: r.product as string | null,
  title: r.title as string,
  text: r.text as string,
  state: r.state as ProposalRow['state'],
  atMs: r.at_ms as number,
});

export function lessonStore(db: DatabaseSync) {
  /** Numbers are not used again, also when the last row was deleted. */
  const next = (table: 'lessons' | 'proposals', kind: string): number =>
    1 +
    Number(
      prepared(
        db,
        `SELECT max(coalesce((SELECT max(n) FROM ${table}), 0), (SELECT count(*) FROM events WHERE kind = ?)) AS n`,
      ).get(kind)?.n ?? 0,
    );
  return {
    /** of one product or of all */
    list: (product: string | null): LessonRow[] =>
      prepared(db, 'SELECT * FROM lessons WHERE product = coalesce(?, product) ORDER BY product, n')
        .all(product)
        .map(lessonOf),
    lesson(n: number): LessonRow | null {
      const found = prepared(db, 'SELECT * FROM lessons WHERE n = ?').get(n);
      return found ? lessonOf(found) : null;
    },
    nextLesson: (): number => next('lessons', 'lesson.kept'),
    /** Open ones first, then the latest that were decided. */
    proposals: (limit: number): ProposalRow[] =>
      prepared(db, `SELECT * FROM proposals ORDER BY state = 'open' DESC, n DESC LIMIT ?`)
        .all(limit)
        .map(proposalOf),
    proposal(n: number): ProposalRow | null {
      const found = prepared(db, 'SELECT * FROM proposals WHERE n = ?').get(n);
      return found ? proposalOf(found) : null;
    },
    nextProposal: (): number => next('proposals', 'proposal.made'),
  };
}
