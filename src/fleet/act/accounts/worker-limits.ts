// Workers that ended at a usage limit, by their transcripts: a headless one has no screen. Its account closes as for a
// coordinator's. A coordinator at work runs into the limit itself; one that is idle, with nobody at work, waits for a worker that
// ended: it is taken for one that stands at the limit, and so woken once after the reset.
import type { UsageReport } from '../../../contract/runtime/measurements.ts';
import { sessionLimited } from '../../../journal/accounts/facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { limitIn } from '../../../overstory/screen.ts';
import type { Product } from '../../../registry/registry.ts';
import { windowText } from '../../../scheduler/index.ts';
import type { FleetContext, Looked } from '../../context.ts';
import { closing } from './limits.ts';

/** Takes in what workers' transcripts end with. Each refusal counts once: an account that was opened since stays open. */
export function noteWorkersLimits(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  refusals: UsageReport['refusals'],
): void {
  const { journal, clock } = context;
  const { objective } = session;
  if (journal.liveSession(product.name)?.id !== session.id) return;
  const known = journal.eventsOf(objective, 'worker.limited');
  for (const { agent, atMs, text } of refusals) {
    const limit = agent === 'coordinator' ? null : limitIn(text, atMs);
    const isKnown = known.some(({ data }) => data.agent === agent && data.refusedMs === atMs);
    // Over by now: whoever goes on finds out.
    if (limit === null || isKnown || (limit.resetsAtMs ?? Number.POSITIVE_INFINITY) <= clock.nowMs())
      continue;
    const { account } = product;
    journal.record(
      {
        kind: 'worker.limited',
        product: product.name,
        objective,
        text: `${agent} of ${objective} on ${product.name} ended at ${windowText(limit.window)} of account ${account}.`,
        data: { session: session.id, account, agent, limit: limit.text, refusedMs: atMs },
      },
      ...closing(context, product, session, limit, journal.accounts.closed()),
    );
  }
}

/**
 * Of a session whose coordinator is idle, with nobody at work.
 * @returns whether it waits for the account, because one of its workers ended at the limit that has closed it; or at one that
 *   was over before the end was seen, and nothing has come of that: it is woken, too
 */
export function waitsForWorkersLimit(
  { journal }: FleetContext,
  product: Product,
  session: SessionRow,
  { seen, sinceMs }: Looked,
): boolean {
  const { account } = product;
  const cut = journal
    .eventsOf(session.objective, 'worker.limited')
    .findLast(({ data }) => data.session === session.id);
  if (cut === undefined) return false;
  const closed = journal.accounts.closed().find((one) => one.account === account);
  const resetsAtMs = limitIn(cut.data.limit, cut.data.refusedMs)?.resetsAtMs ?? 0;
  const waited = journal
    .eventsOf(session.objective, 'session.limited')
    .some(({ seq, data }) => data.session === session.id && seq > cut.seq);
  if (closed === undefined ? waited || sinceMs > resetsAtMs : cut.atMs < closed.sinceMs) return false;
  journal.record(
    sessionLimited(session, `waits for account ${account}: ${cut.data.agent} ended at its limit`, {
      account,
      limit: cut.data.limit,
      print: seen.print,
    }),
  );
  return true;
}
