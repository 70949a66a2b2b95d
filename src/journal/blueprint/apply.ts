// Facts about blueprints → their tables, inside the journal's transaction.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { JournalEvent } from '../events.ts';
import type { BlueprintEvents } from './events.ts';

/** Drafts are for looking at now: old ones that nobody applied make room. */
const keptDrafts = 50;

export function applyBlueprint(
  db: DatabaseSync,
  event: JournalEvent & { kind: keyof BlueprintEvents },
  expectOne: (sql: string, ...values: SQLInputValue[]) => void,
): void {
  const { atMs } = event;
  switch (event.kind) {
    case 'blueprint.drafted': {
      const { draft, name, yaml, source } = event.data;
      expectOne(
        'INSERT INTO drafts (n, name, yaml, source, at_ms) VALUES (?, ?, ?, ?, ?)',
        draft,
        name,
        yaml,
        JSON.stringify(source),
        atMs,
      );
      db.prepare('DELETE FROM drafts WHERE n <= ?').run(draft - keptDrafts);
      return;
    }
    case 'blueprint.applied': {
      const { name, description, steps, draft, source } = event.data;
      expectOne(
        `INSERT INTO blueprints (name, description, steps, source, applied_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET description = excluded.description, steps = excluded.steps,
           source = excluded.source, applied_ms = excluded.applied_ms`,
        name,
        description,
        JSON.stringify(steps),
        JSON.stringify(source),
        atMs,
      );
      if (draft !== null) db.prepare('UPDATE drafts SET applied_ms = ? WHERE n = ?').run(atMs, draft);
      return;
    }
    case 'blueprint.deleted':
      expectOne('DELETE FROM blueprints WHERE name = ?', event.data.name);
      return;
  }
}
