// Facts about lessons and proposals → their tables, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { LessonEvents } from './events.ts';

export function applyLesson(
  event: JournalEvent & { kind: keyof LessonEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { atMs, product } = event;
  switch (event.kind) {
    case 'lesson.kept': {
      const { lesson, text, replaces } = event.data;
      if (replaces !== null) expectOne('DELETE FROM lessons WHERE n = ? AND product = ?', replaces, product);
      expectOne(
        'INSERT INTO lessons (n, product, text, at_ms) VALUES (?, ?, ?, ?)',
        lesson,
        product,
        text,
        atMs,
      );
      return;
    }
    case 'lesson.deleted':
      expectOne('DELETE FROM lessons WHERE n = ?', event.data.lesson);
      return;
    case 'lesson.recorded':
      expectOne('UPDATE lessons SET recorded = 1 WHERE n = ?', event.data.lesson);
      return;
    case 'proposal.made': {
      const { proposal, title, text, source } = event.data;
      expectOne(
        `INSERT INTO proposals (n, product, title, text, source, state, at_ms) VALUES (?, ?, ?, ?, ?, 'open', ?)`,
        proposal,
        product,
        title,
        text,
        JSON.stringify(source),
        atMs,
      );
      return;
    }
    case 'proposal.decided':
      expectOne(
        `UPDATE proposals SET state = ?, decided_ms = ? WHERE n = ? AND state = 'open'`,
        event.data.verdict,
        atMs,
        event.data.proposal,
      );
      return;
  }
}
