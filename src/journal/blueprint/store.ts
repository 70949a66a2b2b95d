// Reads of blueprints and drafts.
import type { DatabaseSync } from 'node:sqlite';
import type { KnownStep } from './step.ts';

export interface BlueprintRow {
  name: string;
  description: string | null;
  steps: KnownStep[];
  appliedMs: number;
}

export interface DraftRow {
  n: number;
  name: string;
  yaml: string;
  atMs: number;
  appliedMs: number | null;
}

/** A list is read at once, each draft parsed: those before these are still there by their number or name. */
const listedDrafts = 20;
const listedBlueprints = 100;

const blueprintOf = (r: Record<string, unknown>): BlueprintRow => ({
  name: r.name as string,
  description: r.description as string | null,
  steps: JSON.parse(String(r.steps)) as KnownStep[],
  appliedMs: r.applied_ms as number,
});

const draftOf = (r: Record<string, unknown>): DraftRow => ({
  n: r.n as number,
  name: r.name as string,
  yaml: r.yaml as string,
  atMs: r.at_ms as number,
  appliedMs: r.applied_ms as number | null,
});

export function blueprintStore(db: DatabaseSync) {
  return {
    /** The one applied last first. */
    blueprints: (): BlueprintRow[] =>
      db
        .prepare(`SELECT * FROM blueprints ORDER BY applied_ms DESC, name LIMIT ${listedBlueprints}`)
        .all()
        .map(blueprintOf),
    blueprint(name: string): BlueprintRow | null {
      const found = db.prepare('SELECT * FROM blueprints WHERE name = ?').get(name);
      return found ? blueprintOf(found) : null;
    },
    /** Those that nobody has applied, newest first. */
    drafts: (): DraftRow[] =>
      db
        .prepare(`SELECT * FROM drafts WHERE applied_ms IS NULL ORDER BY n DESC LIMIT ${listedDrafts}`)
        .all()
        .map(draftOf),
    draft(n: number): DraftRow | null {
      const found = db.prepare('SELECT * FROM drafts WHERE n = ?').get(n);
      return found ? draftOf(found) : null;
    },
    nextDraft: (): number => Number(db.prepare('SELECT coalesce(max(n), 0) + 1 AS n FROM drafts').get()?.n),
  };
}
