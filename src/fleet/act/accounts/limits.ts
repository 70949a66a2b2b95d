// What a usage limit on a coordinator's screen means: its account closes, and the session waits. Nothing else is
// concluded from such a screen: who stands at a limit neither hangs nor fails.

import { clockText } from '../../../common/units.ts';
import { accountOpened, sessionLimited } from '../../../journal/accounts/facts.ts';
import type { ClosedAccount, LimitedSession } from '../../../journal/accounts/store.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { UsageLimit } from '../../../overstory/screen.ts';
import type { Product } from '../../../registry/registry.ts';
import { windowText } from '../../../scheduler/index.ts';
import type { FleetContext, Looked } from '../../context.ts';

/** Two readings of one reset differ by less: some screens give it to the minute, some to the hour. */
const sameResetMs = 60_000;

/** No window is longer. "Resets Oct 3" that is read as further ahead has passed: it was left standing, or the clock is wrong. */
const longestWindowMs = 40 * 24 * 3_600_000;

/**
 * Takes in what a screen shows.
 * @returns whether the session stands at a limit, so that nothing else may be concluded from its screen
 */
export function noteLimit(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  { seen, sinceMs }: Looked,
): boolean {
  const { journal, clock, tuning } = context;
  const store = journal.accounts;
  const row = store.limited().find((one) => one.session === session.id) ?? null;
  const now = clock.nowMs();
  const cleared = context.noLimitSinceMs;
  const { limit } = seen;
  // Its words may have lost their meaning since (their reset is over): the screen is the same.
  const stands = row !== null && row.print === seen.print && (limit === null || limit.text === row.limit);
  if (limit === null && !stands) {
    if (row === null) return false;
    if (seen.state === 'blank') return true;
    const clearSinceMs = cleared.get(session.id) ?? now;
    cleared.set(session.id, clearSinceMs);
    if (now - clearSinceMs < tuning.accountTrialMs) {
      context.driveAgain(product.name, tuning.accountTrialMs - (now - clearSinceMs));
      return row.wokenMs === null;
    }
    cleared.delete(session.id);
    journal.record(...worksAgain(store.closed(), row));
    return false;
  }
  cleared.delete(session.id);
  // A word that passes is no limit.
  if (!stands && now - sinceMs < tuning.screenConfirmMs) {
    context.driveAgain(product.name, tuning.screenConfirmMs - (now - sinceMs));
    return true;
  }
  // Left on the screen from before its reset: it limits nothing any more, and its session is woken.
  const over = limit === null || (limit.resetsAtMs !== null && limit.resetsAtMs <= now);
  if (stands && !isOverdue(context, row, over, now)) return true;
  const window = limit?.window ?? 'unknown';
  journal.record(
    sessionLimited(session, `stands at ${windowText(window)} of account ${product.account}`, {
      account: product.account,
      limit: limit?.text ?? row?.limit ?? '',
      print: seen.print,
    }),
    ...(over || limit === null ? [] : closing(context, product, session, limit, store.closed())),
  );
  return true;
}

/**
 * Woken, and yet its screen is as it was: it ran into the limit again; or (over) nothing came of waking it, and it is
 * told again, as one is that did not go on by itself.
 */
function isOverdue(
  { tuning }: FleetContext,
  { wokenMs, wokenBy }: LimitedSession,
  over: boolean,
  now: number,
): boolean {
  if (wokenMs === null) return false;
  // Also when the clock was set back since.
  const passedMs = Math.abs(now - wokenMs);
  return passedMs >= (over || wokenBy === 'itself' ? tuning.accountItselfMs : tuning.accountTrialMs);
}

/** The events that close the account; none where it is closed and nothing new is known of its reset. */
export function closing(
  { clock, tuning }: FleetContext,
  { name: product, account }: Product,
  { objective }: SessionRow,
  limit: UsageLimit,
  closed: readonly ClosedAccount[],
): NewEvent[] {
  const known = closed.find((one) => one.account === account) ?? null;
  const now = clock.nowMs();
  const { resetsAtMs, window } = limit;
  const untilMs = resetsAtMs !== null && resetsAtMs - now <= longestWindowMs ? resetsAtMs : null;
  if (known !== null) {
    const later = untilMs !== null && untilMs > (known.untilMs ?? 0) + sameResetMs;
    if (!later) return [];
  }
  const probeMs = untilMs === null ? now + tuning.accountProbeMs : null;
  const opens =
    untilMs === null
      ? 'Its reset is not known: it is tried now and then.'
      : `It opens at ${clockText(untilMs)}.`;
  return [
    {
      kind: 'account.closed',
      product,
      objective,
      text: `Account ${account} is closed: ${windowText(window)} is reached. Nothing starts on it; its sessions wait and go on by themselves. ${opens}`,
      data: { account, window, untilMs, probeMs, limit: limit.text, again: known !== null },
    },
  ];
}

/** One of its sessions works: the account is open, whatever was read of its reset. */
function worksAgain(closed: readonly ClosedAccount[], row: LimitedSession): NewEvent[] {
  const { account, product, objective, session } = row;
  const unlimited: NewEvent = {
    kind: 'session.unlimited',
    product,
    objective,
    text: `${objective} on ${product} goes on.`,
    data: { session },
  };
  if (!closed.some((one) => one.account === account)) return [unlimited];
  return [
    unlimited,
    accountOpened(account, `is open again: ${objective} on ${product} works`, 'trial', { product }),
  ];
}
