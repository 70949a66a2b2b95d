// Looks after a running session that has its objective: gathers what a snapshot does not hold (the screen,
// check-complete), asks liveness() what it means, and records what follows. A hung session, a menu, a full context and
// an API that does not answer are put before the human, not ended: only the human knows whether to wait. A usage limit
// is the account's, not the session's: nothing is asked or ended for it here (latestScreen(…).seen.limit has it).
import { FleetError, inOneLine } from '../../../common/errors.ts';
import type { NewEvent, SessionOutcome } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { recovered, trouble } from '../../../journal/product-facts.ts';
import { stopping } from '../../../journal/session-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext, Looked } from '../../context.ts';
import { waitsFor } from '../../decide/waiting-on-human.ts';
import { noteShares } from '../../observe/account-shares.ts';
import { type Liveness, liveness, quietSinceMs } from '../../observe/liveness.ts';
import { latestScreen, watchScreen } from '../../observe/screens.ts';
import { isScreenTrouble, isSessionTrouble } from '../../observe/session-troubles.ts';
import { noteLimit } from '../accounts/limits.ts';
import { waitsForWorkersLimit } from '../accounts/worker-limits.ts';
import { askedIn } from '../gates/asked.ts';
import { raiseGate } from '../gates/raise.ts';
import { lookForLosses } from './worker-losses.ts';

/** Returns whether something was recorded that the driver should act on. */
export async function watchSession(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<boolean> {
  const { clock, tuning, journal } = context;
  const before = latestScreen(context, session);
  const ageMs = before === null ? tuning.screenEveryMs : Math.abs(clock.nowMs() - before.atMs);
  if (ageMs < tuning.screenEveryMs) {
    // Something has changed since: what it shows now is seen as soon as it may be looked at.
    context.driveAgain(product.name, tuning.screenEveryMs - ageMs);
    return false;
  }
  const looked = await watchScreen(context, product, session);
  // What its workers wrote meanwhile is looked for once it has stood so.
  if (looked?.seen.state === 'idle' && looked.sinceMs === looked.atMs)
    context.driveAgain(product.name, tuning.idleWithMailMs);
  const now = clock.nowMs();
  const snapshot = context.observations.get(product.name)?.snapshot;
  if (!snapshot || journal.liveSession(product.name)?.state !== 'running') return false;
  if (looked !== null) noteShares(context, product, looked.seen);
  if (looked !== null && noteLimit(context, product, session, looked)) return false;
  const found = liveness(
    {
      snapshot,
      finalMail: false,
      screen: looked,
      nowMs: now,
    },
    tuning,
  );
  await lookForLosses(context, product, session, snapshot);
  if (journal.liveSession(product.name)?.state !== 'running') return false;
  noteTrouble(context, product.name, found, looked);
  if ((found.state === 'logged-out' || found.state === 'died') && found.error) {
    const gate = found.state === 'logged-out' ? loggedOut(context, session, found.error) : [];
    return end(context, session, 'failed', inOneLine(found.error), found.error.code, gate);
  }
  if (found.state === 'idle' && looked !== null && waitsForWorkersLimit(context, product, session, looked))
    return false;
  // Not yet for long enough to be believed: look again when it is.
  if (looked?.seen.problem && found.error === null) context.driveAgain(product.name, tuning.screenConfirmMs);
  const quietMs = now - Math.max(quietSinceMs(snapshot), session.runningAtMs ?? now, looked?.sinceMs ?? 0);
  // Who waits for an account's reset, or for a human at a menu, is not silent.
  if (found.state === 'limited' || found.state === 'dialog') return false;
  const silent = () =>
    silentTooLong(context, product, session, quietMs) &&
    end(context, session, 'failed', `Nothing has been done for ${Math.round(quietMs / 60_000)} min.`);
  if (found.state !== 'idle' || now - quietSinceMs(snapshot) < tuning.finishQuietMs) return silent();
  if (now - (session.runningAtMs ?? now) < tuning.finishQuietMs || asksHuman(context, session)) return false;
  const { complete } = await context.runtime.ov(product, 'coordinator.checkComplete', {});
  if (!complete) return silent();
  return end(
    context,
    session,
    'done',
    'Every worker has completed, nothing waits to be merged and nobody has done anything for a while; no final mail came.',
  );
}

/** Beyond the product's own patience, and not because a human is asked. */
function silentTooLong(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  quietMs: number,
): boolean {
  const { activityTimeoutMs } = product.restart;
  if (activityTimeoutMs === null || quietMs < activityTimeoutMs) return false;
  return !asksHuman(context, session);
}

/** Whether a question is open, also where an acknowledgement came after it; or the last word to the operator is one. */
function asksHuman(context: FleetContext, session: SessionRow): boolean {
  if (waitsFor(context, session.product) !== null) return true;
  const last = context.journal
    .mail(session.product, 20)
    .find((mail) => Date.parse(mail.createdAt) >= session.startingAtMs);
  return last !== undefined && askedIn(context, session.product, last) !== null;
}

function end(
  context: FleetContext,
  session: SessionRow,
  outcome: SessionOutcome,
  reason: string,
  code?: string,
  more: NewEvent[] = [],
): true {
  context.journal.record(stopping(session, reason, outcome, code), ...more);
  return true;
}

/** No session gets out of a login or a first-run dialog alone: a human mends it, and says when it is mended. */
export function loggedOut(
  { journal }: Pick<FleetContext, 'journal'>,
  { product, objective }: SessionRow,
  error: FleetError,
): NewEvent[] {
  return raiseGate(journal, {
    product,
    objective,
    kind: 'logged-out',
    severity: 'error',
    subject: `${product}: ${error.message}`,
    text: [
      error.mend,
      `approve: it is mended, give ${objective} another try. reject: leave ${objective} as it is, failed.`,
    ].join('\n'),
  });
}

function noteTrouble(
  context: FleetContext,
  product: string,
  { state, because, error }: Liveness,
  looked: Looked | null,
): void {
  const known = context.journal.trouble(product);
  const hung = new FleetError({
    code: 'SESSION_HUNG',
    product,
    message: `The session on ${product} seems to hang. ${because}`,
    mend: `Look at it (\`fleet look ${product}\`), send it a message, or stop it: \`fleet stop ${product}\`.`,
  });
  const ownWay = ['logged-out', 'limited', 'died'].includes(state);
  const shown = state === 'hung' ? hung : ownWay ? null : error;
  if (shown !== null && isScreenTrouble(shown.code) && known?.code !== shown.code) {
    context.journal.record(trouble(product, shown.toJSON()));
  } else if (
    shown === null &&
    known &&
    isScreenTrouble(known.code) &&
    isOver(context, known.code, product, looked)
  )
    endTrouble(context, product);
}

/**
 * Whether the screen shows that a trouble is over. After a restart, or when the clock was set, what stands there has not
 * been seen for long enough to be a trouble: that alone does not end the one which is known.
 */
function isOver(context: FleetContext, code: string, product: string, looked: Looked | null): boolean {
  if (looked === null || looked.seen.problem !== null) return false;
  const snapshot = context.observations.get(product)?.snapshot;
  const quietMs = snapshot ? snapshot.observedAtMs - quietSinceMs(snapshot) : 0;
  return code !== 'SESSION_HUNG' || looked.moved || quietMs < context.tuning.hungAfterMs;
}

/** A session's trouble ends with the session. */
export function endTrouble(context: FleetContext, product: string): void {
  if (!isSessionTrouble(context.journal.trouble(product)?.code ?? '')) return;
  context.journal.record(recovered(product, `${product} goes on.`));
}
