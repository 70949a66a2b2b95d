// Opens accounts when their reset has come, tries those whose reset nobody knows, and wakes who waits, one after the
// other. Woken by events and by a timer for the nearest of these; with no account closed and nobody waiting it does
// nothing.
import { FleetError } from '../../../common/errors.ts';
import { accountOpened } from '../../../journal/accounts/facts.ts';
import type { LimitedSession } from '../../../journal/accounts/store.ts';
import type { EventKind } from '../../../journal/events.ts';
import type { FleetContext } from '../../context.ts';
import { createRounds, type Rounds } from '../rounds.ts';
import { wakeSession } from './wake.ts';

const wakes = new Set<EventKind>([
  'account.closed',
  'account.opened',
  'session.limited',
  'runtime.connected',
  'clock.jumped',
]);

/** @param schedule asks the scheduler again: what waited for an account may start */
export function accountRounds(context: FleetContext, schedule: () => void): Rounds {
  const { journal, clock, tuning, log, runtime } = context;
  const store = journal.accounts;
  let lastWakeMs: number | null = null;

  /** Those that wait although their account is open. */
  function toWake(): LimitedSession[] {
    const shut = new Set(store.closed().map(({ account }) => account));
    return store.limited().filter(({ account, wokenMs }) => wokenMs === null && !shut.has(account));
  }

  function open(now: number): void {
    const due = store.closed().filter(({ untilMs }) => untilMs !== null && untilMs <= now);
    if (due.length > 0)
      journal.record(
        ...due.map(({ account }) =>
          accountOpened(account, 'is open again: its limit has been reset', 'reset'),
        ),
      );
  }

  /** Where nothing says when: one session is woken, and shows it. */
  async function tryDue(now: number): Promise<void> {
    for (const row of store.closed()) {
      if (row.untilMs !== null || row.probeMs === null || row.probeMs > now) continue;
      const waiting = store.limited().filter(({ account }) => account === row.account);
      // Nobody is left to try it: the next start does.
      if (waiting.length === 0) {
        journal.record(
          accountOpened(
            row.account,
            'is open again: no session stands at its limit any more, and the next start tries it',
            'trial',
          ),
        );
        continue;
      }
      const one = waiting.find(({ wokenMs }) => wokenMs === null);
      const session = (one ?? waiting[0])?.session ?? 0;
      const waitMs = Math.min(tuning.accountProbeMostMs, tuning.accountProbeMs * 2 ** (row.probes + 1));
      journal.record({
        kind: 'account.tried',
        text: `Account ${row.account} is tried${one ? ` by ${one.objective} on ${one.product}` : ''}.`,
        data: { account: row.account, session, probeMs: now + waitMs },
      });
      if (one) await wake(one);
    }
  }

  /** Paced as starts are: each of them makes a whole team go on. @returns ms until the next; null: nobody waits */
  async function wakeNext(): Promise<number | null> {
    const waiting = toWake();
    if (waiting.length === 0) return null;
    const sinceMs = Math.abs(clock.nowMs() - (lastWakeMs ?? 0));
    if (sinceMs < tuning.startPacingMs) return tuning.startPacingMs - sinceMs;
    for (const row of waiting) {
      if (rounds.isOver() || !(await wake(row))) continue;
      lastWakeMs = clock.nowMs();
      return waiting.length > 1 ? tuning.startPacingMs : null;
    }
    return tuning.sweepLiveMs;
  }

  /** @returns whether it is done with */
  async function wake(row: LimitedSession): Promise<boolean> {
    try {
      return await wakeSession(context, row);
    } catch (thrown) {
      const error = FleetError.wrap(thrown, row.product);
      log[error.class === 'internal' ? 'error' : 'info'](
        { product: row.product, err: error },
        'waking failed',
      );
      return false;
    }
  }

  async function atMost(): Promise<number | null> {
    const nextMs = await round();
    return nextMs === null ? null : Math.min(nextMs, mostMs);
  }

  /** @returns ms until the next round; null: only events matter */
  async function round(): Promise<number | null> {
    open(clock.nowMs());
    if (runtime.link().state === 'connected') {
      await tryDue(clock.nowMs());
      if (rounds.isOver()) return null;
      const pausedMs = await wakeNext();
      if (rounds.isOver()) return null;
      if (pausedMs !== null) return pausedMs;
    }
    const times = store.closed().flatMap(({ untilMs, probeMs }) => untilMs ?? probeMs ?? []);
    return times.length === 0 ? null : Math.max(1, Math.min(...times) - clock.nowMs());
  }

  const rounds = createRounds(context, 'a round of accounts', wakes, atMost, schedule);
  rounds.start();
  return rounds;
}

/** A timer does not count the time that the machine sleeps: set for longer, it would miss a reset by that time. */
const mostMs = 60_000;
