// Reads of recurring work.
import type { DatabaseSync } from 'node:sqlite';
import type { Source } from '../../contract/source.ts';
import type { Recurrence, Registry } from '../../registry/registry.ts';

export interface RecurringRow {
  name: string;
  /** as chat set it; null: products.yaml has it */
  recurrence: Recurrence | null;
  source: Source | null;
  /** of one in products.yaml: `<time zone> <cron>` when it was last seen */
  calendar: string | null;
  pausedMs: number | null;
  /** up to here every run has been dealt with, ms since epoch */
  lastDueMs: number;
  lastObjective: string | null;
  runs: number;
  skipped: number;
  missed: number;
}

const fromFile: Source = { via: 'fleet', sender: 'products.yaml', thread: null };

/** What recurs now: of products.yaml and of chat. row null: not seen yet. */
export interface Recurring {
  recurrence: Recurrence;
  source: Source;
  row: RecurringRow | null;
}

export const calendarKey = ({ timeZone, cron }: Recurrence): string => `${timeZone} ${cron}`;

export function recurringStore(db: DatabaseSync) {
  const rows = (): RecurringRow[] =>
    db
      .prepare('SELECT * FROM recurring ORDER BY name')
      .all()
      .map((r) => ({
        name: r.name as string,
        recurrence: r.recurrence === null ? null : (JSON.parse(String(r.recurrence)) as Recurrence),
        source: r.source === null ? null : (JSON.parse(String(r.source)) as Source),
        calendar: r.calendar as string | null,
        pausedMs: r.paused_ms as number | null,
        lastDueMs: r.last_due_ms as number,
        lastObjective: r.last_objective as string | null,
        runs: r.runs as number,
        skipped: r.skipped as number,
        missed: r.missed as number,
      }));
  return {
    /** By name. One of products.yaml that has the name of one from chat wins: the file is the contract. */
    all({ recurring }: Pick<Registry, 'recurring'>): Recurring[] {
      const known = new Map(rows().map((row) => [row.name, row]));
      const names = new Set(recurring.map(({ name }) => name));
      return [
        ...recurring.map((recurrence) => ({
          recurrence,
          source: fromFile,
          row: known.get(recurrence.name) ?? null,
        })),
        ...[...known.values()].flatMap((row) =>
          row.recurrence === null || names.has(row.name)
            ? []
            : [{ recurrence: row.recurrence, source: row.source ?? fromFile, row }],
        ),
      ];
    },
  };
}
