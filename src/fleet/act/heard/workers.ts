// Workers' mail that may not have reached their coordinator. overstory wakes no coordinator for it: it is read by the
// next prompt's hook, or lost to a tool's, and headless `sling` ends a worker's turn in the middle of the coordinator's.
// A coordinator whose screen has stood idle for some seconds is past that turn, and no prompt is coming: what its workers wrote
// to it is then to be heard like the operator's mail. It may have listed its mail itself, which nothing shows: naming it
// costs that coordinator one short turn, not naming it costs another one its work.

import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { latestScreen } from '../../observe/screens.ts';
import { hearingExpected } from './awaiting.ts';

/** What somebody must act on. Status mail is news. */
const matters =
  /^(worker_done|worker_died|merge_ready|merge_failed|result|error|escalation|question|decision_gate)$/;

/** One `ov` a sweep while the screen is idle, one more when there is something new. */
export async function lookForWorkersMail(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<void> {
  const { journal, clock, tuning, runtime, observations } = context;
  const workers = new Set(observations.get(product.name)?.snapshot.workers.map(({ name }) => name));
  if (workers.size === 0) return;
  const screen = latestScreen(context, session);
  const now = clock.nowMs();
  if (screen?.seen.state !== 'idle') return;
  const idleMs = Math.abs(now - screen.sinceMs);
  if (idleMs < tuning.idleWithMailMs) {
    context.driveAgain(product.name, tuning.idleWithMailMs - idleMs);
    return;
  }
  const known = context.workersMailSeenMs;
  if (Math.abs(now - (known.get(product.name) ?? 0)) < tuning.sweepLiveMs) return;
  known.set(product.name, now);
  const { messages } = await runtime.ov(product, 'mail.list', { to: 'coordinator' });
  const unheard = messages.filter((mail) => concerns(mail, session, workers, now) && isNew(context, mail));
  const age = ({ createdAt }: Mail) => Math.abs(now - Date.parse(createdAt));
  const fresh = unheard.filter((mail) => age(mail) >= tuning.idleWithMailMs);
  if (fresh.length < unheard.length) {
    // Only just written: its coordinator may be at it.
    known.delete(product.name);
    context.driveAgain(product.name, tuning.idleWithMailMs);
  }
  if (fresh.length === 0) return;
  const own = (await runtime.ov(product, 'mail.list', { from: 'coordinator' })).messages;
  const answered = new Set(own.map(({ threadId }) => threadId));
  const events = fresh
    .filter(({ id }) => !answered.has(id))
    .reverse()
    .map((mail) =>
      hearingExpected({
        kind: 'worker',
        mark: mail.id,
        mail: mail.id,
        from: mail.from.slice(0, 60),
        product: product.name,
        objective: session.objective,
        session: session.id,
        woke: false,
      }),
    );
  const live = journal.liveSession(product.name);
  if (events.length > 0 && live?.id === session.id && live.state === 'running') journal.record(...events);
}

/** Of this session, to its coordinator. Where the clock was set back, by the workers' names alone. */
function concerns(
  { from, to, type, createdAt }: Mail,
  { startingAtMs }: SessionRow,
  workers: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const atMs = Date.parse(createdAt);
  return (
    to === 'coordinator' &&
    workers.has(from) &&
    matters.test(type) &&
    (atMs >= startingAtMs || nowMs < startingAtMs)
  );
}

const isNew = ({ journal }: FleetContext, { id }: Mail): boolean => journal.action(`heard-${id}`) === null;
