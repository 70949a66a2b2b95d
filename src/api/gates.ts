// Answers about gates, and what is handed to whoever tells a human or asks the model: notices and interventions.
// Which socket a request came by is decided by who listens, not by the request.
import type { gateRoutes } from '../contract/gates.ts';
import type { interventionRoutes } from '../contract/interventions.ts';
import type { NoticeView, noticeRoutes } from '../contract/notices.ts';
import type { Surface } from '../contract/route.ts';
import type { Fleet } from '../fleet/index.ts';
import type { NoticeRow } from '../journal/outbox/store.ts';
import type { Handlers } from './handlers.ts';

/** Of one long poll. */
const longestWaitMs = 30_000;

export function gateHandlers(
  fleet: Fleet,
  surface: Surface,
): Handlers<keyof typeof gateRoutes | keyof typeof noticeRoutes | keyof typeof interventionRoutes> {
  const { gates, outbox, monitor } = fleet;

  /** What `read` gives as soon as that is something; nothing after `wait` ms or when whoever asked is gone. */
  async function whenAny<T>(read: () => T[], wait: number, signal: AbortSignal): Promise<T[]> {
    const until = Date.now() + Math.min(longestWaitMs, wait);
    for (;;) {
      const found = read();
      const left = until - Date.now();
      if (found.length > 0 || left <= 0 || signal.aborted) return found;
      // Woken by whatever is recorded.
      await outbox.untilDue(left, signal);
    }
  }

  return {
    gates({ product, all }) {
      const name = product === undefined ? null : fleet.commands.requireProduct(product).name;
      return gates.list(name, all === 1);
    },
    gate: (n) => gates.get(n),
    resolveGate: (n, { verdict, text, source }) => gates.resolve(n, verdict, text, source, surface),

    async notices({ after, wait, on }, { signal }) {
      if (on !== undefined) outbox.reaches(on.split(','));
      const due = await whenAny(() => outbox.due(after), wait, signal);
      return due.map((row) => noticeView(fleet, row));
    },
    noticeSent(n) {
      outbox.sent([n]);
      return { n };
    },

    async interventions({ wait }, { signal }) {
      const asked = await whenAny(() => monitor.asked(), wait, signal);
      return asked.map(({ n, product, objective, why, askedAtMs }) => ({
        n,
        product,
        objective,
        why,
        askedAt: new Date(askedAtMs).toISOString(),
      }));
    },
    beginIntervention(n) {
      monitor.begin(n);
      return { n };
    },
    endIntervention(n, { said, costUsd }) {
      monitor.end(n, said, costUsd);
      return { n };
    },
  };
}

/** As sinks are given it. */
export function noticeView(fleet: Fleet, row: NoticeRow): NoticeView {
  return {
    n: row.n,
    at: new Date(row.atMs).toISOString(),
    kind: row.kind,
    severity: row.severity,
    product: row.product,
    objective: row.objective,
    gate: row.gate === null ? null : fleet.gates.get(row.gate),
    text: row.text,
    quote: row.quote,
    channels: row.channels,
    thread: row.thread,
  };
}
