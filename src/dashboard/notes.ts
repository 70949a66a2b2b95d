// What was done, for the page that follows: its address names the note, so that it is there again after a refresh.
import { randomBytes } from 'node:crypto';
import type { Note } from './act.ts';

/** Some tabs of one human. */
const most = 200;

export interface Notes {
  /** @returns what its address says */
  keep(note: Note): string;
  /** null: it is not known any more */
  of(id: string | undefined): Note | null;
}

export function keepNotes(): Notes {
  const notes = new Map<string, Note>();
  return {
    keep(note) {
      const id = randomBytes(6).toString('hex');
      notes.set(id, note);
      const [oldest] = notes.keys();
      if (notes.size > most && oldest !== undefined) notes.delete(oldest);
      return id;
    },
    of: (id) => notes.get(id ?? '') ?? null,
  };
}
