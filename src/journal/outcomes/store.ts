// Reads of the outcomes.
import type { DatabaseSync } from 'node:sqlite';
import type { Direct } from '../../contract/objectives.ts';
import type { ObjectiveEnd } from '../events.ts';
import { kept } from '../kept.ts';
import { prepared } from '../reader.ts';
import type { Prediction } from './prediction.ts';

export interface Outcome {
  objective: string;
  product: string;
  kind: string;
  /** by one worker without a coordinator; null: by a coordinator */
  direct: Direct | null;
  end: ObjectiveEnd;
  /** asked for → first start */
  queuedMs: number;
  /** sessions, without the time in which a question waited for a human */
  workMs: number;
  /** how long questions waited for a human */
  humanMs: number;
  gates: number;
  sessions: number;
  /** null: not known */
  workers: number | null;
  /** workers' branches that were merged; null: not known */
  merged: number | null;
  /** null: not known, which is not zero */
  costUsd: number | null;
  peakMemoryBytes: number | null;
  peakCpuCores: number | null;
  /** null: nothing could be said then */
  predicted: Prediction | null;
  startedAtMs: number;
  endedAtMs: number;
}

const outcomeOf = (r: Record<string, unknown>): Outcome => ({
  objective: r.objective as string,
  product: r.product as string,
  kind: r.kind as string,
  direct: r.direct as Direct | null,
  end: r.end as ObjectiveEnd,
  queuedMs: r.queued_ms as number,
  workMs: r.work_ms as number,
  humanMs: r.human_ms as number,
  gates: r.gates as number,
  sessions: r.sessions as number,
  workers: r.workers as number | null,
  merged: r.merged as number | null,
  costUsd: r.cost_usd as number | null,
  peakMemoryBytes: r.peak_memory_bytes as number | null,
  peakCpuCores: r.peak_cpu_cores as number | null,
  predicted: r.predicted === null ? null : (JSON.parse(String(r.predicted)) as Prediction),
  startedAtMs: r.started_at_ms as number,
  endedAtMs: r.ended_at_ms as number,
});

export function outcomeStore(db: DatabaseSync) {
  return {
    outcome(objective: string): Outcome | null {
      const found = db.prepare('SELECT * FROM outcomes WHERE objective = ?').get(objective);
      return found ? outcomeOf(found) : null;
    },
    /** The one that ended last first. */
    latest: kept(db, ['outcomes'], (limit: number): readonly Outcome[] =>
      prepared(db, 'SELECT * FROM outcomes ORDER BY ended_at_ms DESC, objective LIMIT ?')
        .all(limit)
        .map(outcomeOf),
    ),
    /** Ended in [fromMs, toMs), in order. */
    /** When the first of them ended, not before that moment; null: none did. */
    firstEndMs(sinceMs: number): number | null {
      const found = prepared(db, 'SELECT min(ended_at_ms) AS ms FROM outcomes WHERE ended_at_ms >= ?').get(
        sinceMs,
      );
      return (found?.ms as number | null | undefined) ?? null;
    },
    between(fromMs: number, toMs: number): Outcome[] {
      return db
        .prepare('SELECT * FROM outcomes WHERE ended_at_ms >= ? AND ended_at_ms < ? ORDER BY ended_at_ms')
        .all(fromMs, toMs)
        .map(outcomeOf);
    },
  };
}
