// The outcome of an objective, made from its sessions and gates in the transaction that ends it.
import type { DatabaseSync } from 'node:sqlite';

interface Span {
  fromMs: number;
  toMs: number;
}

/** Writes (or writes anew, after a requeue) what the objective came to. Nothing for one that never had a session. */
export function applyOutcome(db: DatabaseSync, objective: string): void {
  const found = db.prepare('SELECT * FROM objectives WHERE id = ?').get(objective);
  const sessions = db.prepare('SELECT * FROM sessions WHERE objective = ? ORDER BY id').all(objective);
  if (found === undefined || sessions.length === 0) return;
  const endedMs = found.ended_at_ms as number;
  const live = sessions.map(
    (session): Span => ({
      fromMs: session.starting_at_ms as number,
      toMs: (session.ended_at_ms as number | null) ?? endedMs,
    }),
  );
  const gates = db
    .prepare('SELECT asked_at_ms, resolved_at_ms FROM gates WHERE objective = ?')
    .all(objective);
  const asked = gates.map(
    (gate): Span => ({
      fromMs: gate.asked_at_ms as number,
      toMs: Math.min((gate.resolved_at_ms as number | null) ?? endedMs, endedMs),
    }),
  );
  const sessionMs = live.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, toMs - fromMs), 0);
  const known = (column: string) => sessions.flatMap((session) => (session[column] as number | null) ?? []);
  const sum = (values: number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0));
  const most = (values: number[]) => (values.length === 0 ? null : Math.max(...values));
  db.prepare(
    `INSERT OR REPLACE INTO outcomes (objective, product, kind, end, queued_ms, work_ms, human_ms, gates, sessions,
       workers, merged, cost_usd, peak_memory_bytes, peak_cpu_cores, predicted, started_at_ms, ended_at_ms, direct)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    objective,
    found.product as string,
    found.kind as string,
    found.state as string,
    Math.max(0, (live[0]?.fromMs ?? endedMs) - (found.created_at_ms as number)),
    Math.max(0, sessionMs - overlapMs(live, asked)),
    covered(asked),
    gates.length,
    sessions.length,
    sum(known('workers')),
    sum(known('merged')),
    sum(known('cost_usd')),
    most(known('peak_memory_bytes')),
    most(known('peak_cpu_cores')),
    sessions[0]?.predicted as string | null,
    live[0]?.fromMs ?? endedMs,
    endedMs,
    found.direct as string | null,
  );
}

/** Their union: two questions open at once keep nobody waiting twice. */
function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.filter(({ fromMs, toMs }) => toMs > fromMs).sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
    else merged.push({ ...span });
  }
  return merged;
}

const covered = (spans: readonly Span[]) =>
  union(spans).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

function overlapMs(live: readonly Span[], asked: readonly Span[]): number {
  const questions = union(asked);
  return union(live).reduce(
    (sum, session) =>
      sum +
      questions.reduce(
        (part, { fromMs, toMs }) =>
          part + Math.max(0, Math.min(toMs, session.toMs) - Math.max(fromMs, session.fromMs)),
        0,
      ),
    0,
  );
}
