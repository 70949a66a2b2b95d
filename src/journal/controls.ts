// Reads of what steers the scheduler: circuit breakers, broken budgets, and what chat changed.
import type { Source } from '../contract/source.ts';
import type { EventRows } from './archive/store.ts';
import { eventOf, type JournalEvent } from './events.ts';
import { parse, type Reader } from './reader.ts';

/** Events that hold a decision of the scheduler: its rule and its numbers. */
const decisionKinds = ['session.starting', 'decision.wait', 'decision.relief'] as const;
type DecisionKind = (typeof decisionKinds)[number];

/** A live change on top of products.yaml. */
export interface OverrideRow {
  scope: string;
  key: string;
  value: unknown;
  sinceMs: number;
}

export function controlStore({ rows, row, kept }: Reader, events: EventRows) {
  return {
    breakers: kept(
      ['breakers'],
      (): ReadonlyMap<string, { failures: number; lastFailureMs: number }> =>
        new Map(
          rows('SELECT * FROM breakers').map((r) => [
            r.product as string,
            { failures: r.failures as number, lastFailureMs: r.last_failure_ms as number },
          ]),
        ),
    ),
    /** Since when each broken budget has been broken. scope: a product, or `*`. */
    brokenBudgets: kept(['reliefs'], (): readonly { rule: string; scope: string; sinceMs: number }[] =>
      rows('SELECT * FROM reliefs').map((r) => ({
        rule: r.rule as string,
        scope: r.scope as string,
        sinceMs: r.since_ms as number,
      })),
    ),
    /** The latest decisions about an objective, or about a product and its objectives; the latest first. */
    decisions(target: string, limit: number): (JournalEvent & { kind: DecisionKind })[] {
      const found = events.newest(
        target,
        '(product = ?1 OR objective = ?1) AND kind IN (SELECT value FROM json_each(?2))',
        JSON.stringify(decisionKinds),
      );
      const latest: (JournalEvent & { kind: DecisionKind })[] = [];
      for (const event of found) {
        if (latest.length >= limit) break;
        latest.push(eventOf(event) as JournalEvent & { kind: DecisionKind });
      }
      return latest;
    },
    overrides: kept(['overrides'], (): readonly OverrideRow[] =>
      rows('SELECT * FROM overrides ORDER BY scope, key').map((r) => ({
        scope: r.scope as string,
        key: r.key as string,
        value: parse(r.value) as unknown,
        sinceMs: r.since_ms as number,
      })),
    ),
    /** Its value; null: there is none. */
    override(scope: string, key: string): unknown {
      const found = row('SELECT value FROM overrides WHERE scope = ? AND key = ?', scope, key);
      return found ? (parse(found.value) as unknown) : null;
    },
    /** What one who came by these ways last set it to, whatever others did since; undefined: none of them has. */
    lastSetVia(scope: string, key: string, ways: readonly Source['via'][]): unknown {
      const found = row(
        `SELECT json_extract(c.value, '$.after') AS after FROM events AS e, json_each(e.data, '$.changes') AS c
         WHERE e.kind = 'control.changed' AND json_extract(c.value, '$.scope') = ?
           AND json_extract(c.value, '$.key') = ?
           AND json_extract(e.data, '$.source.via') IN (SELECT value FROM json_each(?))
         ORDER BY e.seq DESC LIMIT 1`,
        scope,
        key,
        JSON.stringify(ways),
      );
      if (found === undefined) return undefined;
      return typeof found.after === 'string' ? (parse(found.after) as unknown) : null;
    },
    /**
     * What `undo` takes back: the newest human control that no undo has taken back yet.
     * @param seq that one, if none has
     */
    lastControl(seq?: number): (JournalEvent & { kind: 'control.changed' }) | null {
      const found = row(
        `SELECT * FROM events AS e WHERE kind = 'control.changed' AND json_extract(data, '$.verb') <> 'undo'
         AND json_extract(data, '$.source') IS NOT NULL AND json_array_length(data, '$.changes') > 0
         AND e.seq = coalesce(?, e.seq) AND NOT EXISTS (SELECT 1 FROM events AS u
           WHERE u.kind = 'control.changed' AND json_extract(u.data, '$.undoes') = e.seq)
       ORDER BY seq DESC LIMIT 1`,
        seq ?? null,
      );
      return found ? (eventOf(found) as JournalEvent & { kind: 'control.changed' }) : null;
    },
  };
}
