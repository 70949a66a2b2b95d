// Wakes one coordinator that stands at a limit: a line typed into its terminal, once, and only where one may be typed.
import { FleetError } from '../../../common/errors.ts';
import type { LimitedSession } from '../../../journal/accounts/store.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { UsageLimit } from '../../../overstory/screen.ts';
import { type FleetContext, mayHaveHappened, productOf } from '../../context.ts';
import { mayType } from '../may-type.ts';

const words = 'The usage limit is over. Go on with your objective where you stopped; first read your mail.';

/** @returns false: not now, it is tried again */
export async function wakeSession(context: FleetContext, row: LimitedSession): Promise<boolean> {
  const { journal } = context;
  const product = productOf(context, row.product);
  const session = journal.liveSession(row.product);
  if (product === null || session?.id !== row.session || session.state !== 'running') return false;
  const { refused, screen } = await mayType(context, product);
  if (screen === null) return false;
  // Cut off while a line was typed before: typed it would stand there now.
  const doubt = journal
    .openActions()
    .find(({ kind, session: id }) => kind === 'session.wake' && id === row.session);
  const untouched = screen.print === row.print && (screen.limit === null || screen.limit.text === row.limit);
  if (doubt) journal.record(typed(row, doubt.id, untouched ? 'failed' : 'done', null));
  if (!untouched || goesOnByItself(context, screen.limit)) {
    journal.record(woken(row, 'itself'));
    return true;
  }
  if (screen.limit?.opensMenu) {
    await context.runtime.maintain(product, { kind: 'close-menu' });
    return false;
  }
  if (refused !== null) throw refused;
  // It has no objective yet: what it is told next is that.
  if (!journal.hasDispatched(session.id)) {
    journal.record(woken(row, 'itself'));
    context.driveAgain(row.product, 0);
    return true;
  }
  const action = `wake-${row.session}-${journal.lastSeq() + 1}`;
  journal.record(
    intended(row, `Waking the coordinator of ${row.product}: account ${row.account} is open.`, {
      action,
      kind: 'session.wake',
      session: row.session,
      args: {},
    }),
  );
  try {
    await context.runtime.ov(product, 'nudge', { message: words });
    journal.record(typed(row, action, 'done', null), woken(row, 'nudge'));
  } catch (thrown) {
    const error = FleetError.wrap(thrown, row.product);
    if (mayHaveHappened(error.code)) {
      journal.record(typed(row, action, 'uncertain', error));
      return false;
    }
    // Busy: it goes on already.
    const busy = error.code === 'OV_BUSY';
    journal.record(typed(row, action, 'failed', error), ...(busy ? [woken(row, 'itself')] : []));
    return busy;
  }
  context.driveAgain(row.product, context.tuning.accountTrialMs);
  return true;
}

/** Its word that it will is believed until a while after the reset: a wait that was called off is said for seconds only. */
const goesOnByItself = ({ clock, tuning }: FleetContext, limit: UsageLimit | null): boolean =>
  limit?.continuesByItself === true &&
  clock.nowMs() - (limit.resetsAtMs ?? clock.nowMs()) < tuning.accountItselfMs;

function woken({ session, product, objective }: LimitedSession, by: 'itself' | 'nudge'): NewEvent {
  return {
    kind: 'session.woken',
    product,
    objective,
    text:
      by === 'nudge'
        ? `The coordinator of ${product} was told to go on.`
        : `The coordinator of ${product} goes on by itself.`,
    data: { session, by },
  };
}

function typed(
  row: LimitedSession,
  action: string,
  state: 'done' | 'failed' | 'uncertain',
  error: FleetError | null,
): NewEvent {
  const said = { done: 'was typed', failed: 'was not typed', uncertain: 'may have been typed' }[state];
  return settled(row, `${action} ${said}${error ? `: ${error.message}` : '.'}`, action, state, { error });
}
