// Reads of the sessions: the live ones, and the figures of ended ones.
import type { Direct } from '../contract/objectives.ts';
import type { Tip } from '../contract/runtime/diff.ts';
import { type AgentSpend, together } from '../prices/index.ts';
import type { SessionOutcome } from './events.ts';
import { parse, type Reader, type Row } from './reader.ts';

export interface SessionRow {
  id: number;
  product: string;
  objective: string;
  /** the one worker that it is; null: a coordinator with its workers */
  direct: Direct | null;
  state: 'starting' | 'running' | 'stopping' | 'ended';
  overstorySession: string | null;
  tmuxSession: string | null;
  runId: string | null;
  stopReason: string | null;
  outcome: SessionOutcome | null;
  startingAtMs: number;
  runningAtMs: number | null;
  endedAtMs: number | null;
  peakMemoryBytes: number | null;
  peakCpuCores: number | null;
  /** so far, or in the end; null: unknown */
  costUsd: number | null;
  /** input and output, without cache; null: unknown */
  tokens: number | null;
  /** of each agent, as last read */
  agents: AgentSpend[];
  /** how it ended, in a sentence */
  why: string | null;
  /** commits between which lies what it made; null: not known, or not yet */
  baseCommit: string | null;
  headCommit: string | null;
  /** the last commits of its agents' branches */
  tips: Tip[];
}

/** What a product's sessions of a day have come to, and the turns of the model that its monitor asked for. */
export interface Spent {
  sessions: number;
  /** of the monitor; begun, so paid for */
  turns: number;
  /** sessions and turns whose cost is unknown, wholly or in part */
  unpriced: number;
  /** Σ of the known ones; null: none is known */
  tokens: number | null;
  /** Σ of the known ones; null: none is known */
  costUsd: number | null;
}

const sessionOf = (r: Row): SessionRow => ({
  id: r.id as number,
  product: r.product as string,
  objective: r.objective as string,
  direct: r.direct as Direct | null,
  state: r.state as SessionRow['state'],
  overstorySession: r.overstory_session as string | null,
  tmuxSession: r.tmux_session as string | null,
  runId: r.run_id as string | null,
  stopReason: r.stop_reason as string | null,
  outcome: r.outcome as SessionRow['outcome'],
  startingAtMs: r.starting_at_ms as number,
  runningAtMs: r.running_at_ms as number | null,
  endedAtMs: r.ended_at_ms as number | null,
  peakMemoryBytes: r.peak_memory_bytes as number | null,
  peakCpuCores: r.peak_cpu_cores as number | null,
  costUsd: r.cost_usd as number | null,
  why: r.why as string | null,
  tokens: r.tokens as number | null,
  agents: r.agents === null ? [] : parse(r.agents),
  baseCommit: r.base_commit as string | null,
  headCommit: r.head_commit as string | null,
  tips: r.tips === null ? [] : parse(r.tips),
});

const spentOf = (r: Row): Spent => ({
  sessions: r.sessions as number,
  turns: r.turns as number,
  unpriced: r.unpriced as number,
  tokens: r.tokens as number | null,
  costUsd: r.usd as number | null,
});

/** Of a session that is over, what the next one is predicted from. */
export type FinishedSession = Pick<
  SessionRow,
  'product' | 'direct' | 'outcome' | 'peakMemoryBytes' | 'peakCpuCores'
>;

export function sessionStore({ rows, row, kept }: Reader) {
  const live = kept(['sessions'], () => {
    const all: readonly SessionRow[] = rows(`SELECT * FROM sessions WHERE state <> 'ended' ORDER BY +id`).map(
      sessionOf,
    );
    return { all, of: new Map(all.map((session) => [session.product, session])) };
  });
  return {
    liveSessions: (): readonly SessionRow[] => live().all,
    /** At most one lives per product. */
    liveSession: (product: string): SessionRow | null => live().of.get(product) ?? null,
    /** The last session of an objective that ran and is over: where a resume starts from. */
    lastEnded(objective: string): { startingAtMs: number; why: string; leftovers: string[] } | null {
      const found = row(
        `SELECT * FROM sessions WHERE objective = ? AND state = 'ended' AND running_at_ms IS NOT NULL
       ORDER BY id DESC LIMIT 1`,
        objective,
      );
      if (!found) return null;
      const { starting_at_ms: startingAtMs, why, leftovers } = found;
      return {
        startingAtMs: startingAtMs as number,
        why: (why as string | null) ?? '',
        leftovers: parse(leftovers),
      };
    },
    /** Those of an objective whose base is known, the first one first. */
    sessionsOf(objective: string): SessionRow[] {
      return rows(
        'SELECT * FROM sessions WHERE objective = ? AND base_commit IS NOT NULL ORDER BY id',
        objective,
      ).map(sessionOf);
    },
    /** What each agent of all its sessions has come to. */
    spentOn(objective: string): AgentSpend[] {
      const each = rows('SELECT agents FROM sessions WHERE objective = ? AND agents IS NOT NULL', objective);
      return together(each.flatMap((r): AgentSpend[] => parse(r.agents)));
    },
    nextSessionNumber(): number {
      return ((row('SELECT max(id) AS n FROM sessions')?.n as number | null) ?? 0) + 1;
    },
    lastStartMs: kept(
      ['sessions'],
      (): number | null =>
        (row('SELECT max(starting_at_ms) AS at FROM sessions')?.at as number | null) ?? null,
    ),
    /** Σ ms that each product's ended sessions have run, and when one last ended together with its objective. */
    served: kept(
      ['ended_sessions'],
      (): ReadonlyMap<string, { ms: number; lastEndedMs: number | null }> =>
        new Map(
          rows(
            `SELECT product, sum(ended_at_ms - starting_at_ms) AS ms,
             max(iif(outcome IN ('done','failed','cancelled'), ended_at_ms, NULL)) AS last
           FROM sessions WHERE state = 'ended' GROUP BY product`,
          ).map((r) => [r.product as string, { ms: r.ms as number, lastEndedMs: r.last as number | null }]),
        ),
    ),

    /** The latest sessions that ran and ended, newest first: what predictions are learned from. */
    finishedSessions: kept(['ended_sessions'], (limit: number): readonly FinishedSession[] =>
      rows(
        `SELECT product, direct, outcome, peak_memory_bytes, peak_cpu_cores FROM sessions
         WHERE state = 'ended' AND running_at_ms IS NOT NULL ORDER BY id DESC LIMIT ?`,
        limit,
      ).map((r) => ({
        product: r.product as string,
        direct: r.direct as Direct | null,
        outcome: r.outcome as SessionRow['outcome'],
        peakMemoryBytes: r.peak_memory_bytes as number | null,
        peakCpuCores: r.peak_cpu_cores as number | null,
      })),
    ),
    /** Those that lived since then, newest first; of one product or of all. */
    sessionsSince(sinceMs: number, product: string | null, limit: number): SessionRow[] {
      return rows(
        `SELECT * FROM sessions WHERE (state <> 'ended' OR ended_at_ms >= ?1) AND product = coalesce(?2, product)
         ORDER BY id DESC LIMIT ?3`,
        sinceMs,
        product,
        limit,
      ).map(sessionOf);
    },
    /** Of a product, after that moment. */
    restartsSince: (product: string, sinceMs: number): number =>
      Number(row('SELECT count(*) AS n FROM restarts WHERE product = ? AND at_ms > ?', product, sinceMs)?.n),
    restartsBetween: (fromMs: number, toMs: number): number =>
      Number(row('SELECT count(*) AS n FROM restarts WHERE at_ms >= ? AND at_ms < ?', fromMs, toMs)?.n),
    /** Objectives that used a model without a price beside one that has one. */
    partlyPriced: (): Set<string> =>
      new Set(
        rows('SELECT objective FROM sessions WHERE unpriced_tokens > 0 AND cost_usd IS NOT NULL').map((r) =>
          String(r.objective),
        ),
      ),
    /** The same by the UTC day on which a session ended, or goes on; the latest day first. */
    spentByDay(sinceMs: number, nowMs: number): (Spent & { day: number; product: string })[] {
      return rows(
        `SELECT day, product, count(*) - sum(turn) AS sessions, sum(turn) AS turns,
           sum(cost_usd IS NULL OR unpriced_tokens > 0) AS unpriced, sum(tokens) AS tokens, sum(cost_usd) AS usd
         FROM (
           SELECT cast(coalesce(ended_at_ms, ?2) AS INTEGER) / 86400000 AS day, product, 0 AS turn, tokens, cost_usd, unpriced_tokens
           FROM sessions WHERE running_at_ms IS NOT NULL AND (state <> 'ended' OR ended_at_ms >= ?1)
           UNION ALL
           SELECT begun_at_ms / 86400000, product, 1, NULL, cost_usd, NULL FROM interventions WHERE begun_at_ms >= ?1
         ) GROUP BY day, product ORDER BY day DESC, product`,
        sinceMs,
        nowMs,
      ).map((r) => ({ day: r.day as number, product: r.product as string, ...spentOf(r) }));
    },
    /** Of each product's sessions that ran and live, or have ended since then. */
    spent: kept(
      ['sessions', 'interventions'],
      (sinceMs: number): ReadonlyMap<string, Spent> =>
        new Map(
          rows(
            `SELECT product, count(*) - sum(turn) AS sessions, sum(turn) AS turns,
             sum(cost_usd IS NULL OR unpriced_tokens > 0) AS unpriced, sum(tokens) AS tokens, sum(cost_usd) AS usd
           FROM (
             SELECT product, 0 AS turn, tokens, cost_usd, unpriced_tokens FROM sessions
             WHERE running_at_ms IS NOT NULL AND state <> 'ended'
             UNION ALL
             SELECT product, 0, tokens, cost_usd, unpriced_tokens FROM sessions
             WHERE running_at_ms IS NOT NULL AND state = 'ended' AND ended_at_ms >= ?1
             UNION ALL
             SELECT product, 1, NULL, cost_usd, NULL FROM interventions WHERE begun_at_ms >= ?1
           ) GROUP BY product`,
            sinceMs,
          ).map((r) => [r.product as string, spentOf(r)]),
        ),
    ),
  };
}
