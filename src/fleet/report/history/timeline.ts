// What ran when, and what was asked meanwhile. By session, not by objective: an objective may have had several, and
// have waited in between.
import type { Timeline } from '../../../contract/reports.ts';
import type { Journal } from '../../../journal/journal.ts';

/** A busy fleet of 50 products has fewer in a day. */
const most = 1_000;

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** Sessions that lived and gates that were open since then, newest first; of one product or of all. */
export function timeline(journal: Journal, nowMs: number, sinceMs: number, product: string | null): Timeline {
  return {
    since: iso(sinceMs),
    until: iso(nowMs),
    sessions: journal.sessionsSince(sinceMs, product, most).map((session) => ({
      id: session.id,
      product: session.product,
      objective: session.objective,
      // one that ended before anybody wanted it to has failed
      state: session.state === 'ended' ? (session.outcome ?? 'failed') : session.state,
      startedAt: iso(session.startingAtMs),
      endedAt: isoOrNull(session.endedAtMs),
      why: session.why,
      peakMemoryBytes: session.peakMemoryBytes,
      costUsd: session.costUsd,
    })),
    gates: journal.gates.openSince(sinceMs, product, most).map((gate) => ({
      n: gate.n,
      product: gate.product,
      subject: gate.question.subject,
      state: gate.state,
      askedAt: iso(gate.askedAtMs),
      resolvedAt: isoOrNull(gate.resolvedAtMs),
    })),
  };
}
