// How full the budget was over time. Measurements come every few seconds while a session lives; what is kept is
// the highest of each minute, written when the minute is over: one small write a minute, none while nothing lives.
// A crash loses the minute it is in.
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../common/clock.ts';

const minuteMs = 60_000;
/** 10,080 rows, half a MB: what a human may want to compare with. */
const keptMs = 7 * 24 * 60 * minuteMs;

/** The highest of its stretch. Bytes, cores, USD of the UTC day so far. */
export interface UsagePoint {
  /** where its stretch begins */
  atMs: number;
  memoryBytes: number;
  cpuCores: number;
  /** null: not known */
  spentUsd: number | null;
  sessions: number;
}

export interface Usage {
  /** Takes one measurement in. */
  take(now: Omit<UsagePoint, 'atMs'>): void;
  /** Writes the minute that is not over yet: nothing lives any more, or fleetd ends. */
  flush(): void;
  /**
   * At most `points` stretches of equal length since then, oldest first; none where nothing lived.
   * @param points more than 0
   */
  since(sinceMs: number, points: number): { stepMs: number; found: UsagePoint[] };
}

/** @param onError told of a write that failed: a figure is lost, nothing else */
export function createUsage(db: DatabaseSync, clock: Clock, onError: (error: unknown) => void): Usage {
  let minute: UsagePoint | null = null;
  let prunedMs = 0;

  function flush(): void {
    const done = minute;
    minute = null;
    if (done === null || !db.isOpen) return;
    try {
      // after a restart, or a flush in mid-minute, the row may be there already
      db.prepare(
        `INSERT INTO usage (at_ms, memory_bytes, cpu_cores, spent_usd, sessions) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (at_ms) DO UPDATE SET memory_bytes = max(memory_bytes, excluded.memory_bytes),
           cpu_cores = max(cpu_cores, excluded.cpu_cores),
           spent_usd = coalesce(max(spent_usd, excluded.spent_usd), spent_usd, excluded.spent_usd),
           sessions = max(sessions, excluded.sessions)`,
      ).run(done.atMs, Math.round(done.memoryBytes), done.cpuCores, done.spentUsd, done.sessions);
      if (done.atMs - prunedMs < 60 * minuteMs) return;
      prunedMs = done.atMs;
      db.prepare('DELETE FROM usage WHERE at_ms < ?').run(done.atMs - keptMs);
    } catch (error) {
      onError(error);
    }
  }

  return {
    take(now) {
      const atMs = clock.nowMs() - (clock.nowMs() % minuteMs);
      if (minute !== null && minute.atMs !== atMs) flush();
      minute = minute === null ? { atMs, ...now } : higher(minute, { atMs, ...now });
    },
    flush,
    since(sinceMs, points) {
      const stepMs = Math.max(minuteMs, Math.ceil((clock.nowMs() - sinceMs) / points / minuteMs) * minuteMs);
      const fromMs = sinceMs - (sinceMs % stepMs);
      const found = db
        .prepare(
          `SELECT at_ms - at_ms % ?1 AS at_ms, max(memory_bytes) AS memory_bytes, max(cpu_cores) AS cpu_cores,
             max(spent_usd) AS spent_usd, max(sessions) AS sessions
           FROM usage WHERE at_ms >= ?2 GROUP BY 1 ORDER BY 1`,
        )
        .all(stepMs, fromMs)
        .map((r) => ({
          atMs: Number(r.at_ms),
          memoryBytes: Number(r.memory_bytes),
          cpuCores: Number(r.cpu_cores),
          spentUsd: r.spent_usd as number | null,
          sessions: Number(r.sessions),
        }));
      if (minute === null || minute.atMs < fromMs) return { stepMs, found };
      const atMs = minute.atMs - (minute.atMs % stepMs);
      const last = found.at(-1);
      if (last?.atMs === atMs) found.pop();
      found.push(last?.atMs === atMs ? higher(last, minute) : { ...minute, atMs });
      return { stepMs, found };
    },
  };
}

/** Of the stretch of `a`. */
function higher(a: UsagePoint, b: UsagePoint): UsagePoint {
  return {
    atMs: a.atMs,
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    cpuCores: Math.max(a.cpuCores, b.cpuCores),
    spentUsd:
      a.spentUsd === null || b.spentUsd === null
        ? (a.spentUsd ?? b.spentUsd)
        : Math.max(a.spentUsd, b.spentUsd),
    sessions: Math.max(a.sessions, b.sessions),
  };
}
