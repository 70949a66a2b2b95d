// Facts about artifacts → their table, inside the journal's transaction.
import type { SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { ArtifactEvents } from './events.ts';

export function applyArtifacts(
  event: JournalEvent & { kind: keyof ArtifactEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { product, objective, atMs } = event;
  switch (event.kind) {
    case 'artifacts.kept':
      for (const [index, { path, bytes, sha256, type, refused }] of event.data.files.entries())
        expectOne(
          `INSERT INTO artifacts (objective, n, product, path, bytes, sha256, type, refused, kept_at_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          objective,
          index + 1,
          product,
          path,
          bytes,
          sha256,
          type,
          refused,
          atMs,
        );
      return;
    case 'artifacts.removed':
      for (const n of event.data.n)
        expectOne(
          'UPDATE artifacts SET removed = ? WHERE objective = ? AND n = ? AND refused IS NULL AND removed IS NULL',
          event.data.why,
          objective,
          n,
        );
      return;
  }
}
