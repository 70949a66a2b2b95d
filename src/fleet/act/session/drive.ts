// Level-triggered: looks at where a live session stands and does the next thing, until nothing is left to do
// now. Restart needs no path of its own: a session found in the journal is driven like any other.
import { traitsOf } from '../../../common/error-catalogue.ts';
import { FleetError, inOneLine } from '../../../common/errors.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { stopping } from '../../../journal/session-facts.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { wokenFromLimit } from '../../decide/account-state.ts';
import { watchScreen } from '../../observe/screens.ts';
import { noteLimit } from '../accounts/limits.ts';
import { startDirect } from '../direct/start.ts';
import { watchDirect } from '../direct/watch.ts';
import { followUpHearings } from '../heard/follow-up.ts';
import { lookForWorkersMail } from '../heard/workers.ts';
import { mayType } from '../may-type.ts';
import { deliverObjective, settleDoubt } from './deliver.ts';
import { watchSpend } from './spend.ts';
import { startSession } from './start.ts';
import { stopSession } from './stop.ts';
import { loggedOut, watchSession } from './watch.ts';

/**
 * Ends when the session needs nothing, has ended, or must wait for the runtime or for time to pass.
 * Returns whether anything was done, that is, whether the product should be looked at again.
 */
export async function driveSession(context: FleetContext, product: string): Promise<boolean> {
  for (let acted = false; ; acted = true) {
    const session = context.journal.liveSession(product);
    if (session === null || context.runtime.link(product).state !== 'connected') return acted;
    if (session.state === 'starting') {
      if (await (session.direct === null ? startSession : startDirect)(context, session)) continue;
      const waits = context.journal.liveSession(product)?.state === 'starting';
      if (waits) context.driveAgain(product, context.tuning.lookAgainMs * 10);
      return acted || !waits;
    } else if (session.state === 'stopping') {
      if (!(await stopSession(context, session))) {
        context.driveAgain(product, context.tuning.lookAgainMs * 10);
        return acted;
      }
    } else {
      const look = session.direct === null ? handOver : watchDirect;
      if (!(await look(context, session)) && !stopsNow(context, product)) return acted;
    }
  }
}

/** Somebody wanted it stopped meanwhile: whoever did could not drive it, because this drove it. */
function stopsNow({ journal }: FleetContext, product: string): boolean {
  return journal.liveSession(product)?.state === 'stopping';
}

/** Makes sure that a running session has its objective. Returns whether to look again at once. */
async function handOver(context: FleetContext, session: SessionRow): Promise<boolean> {
  const product = productOf(context, session.product);
  const objective = context.journal.objective(session.objective);
  if (product === null || objective === null) return false;
  try {
    const doubt = context.journal
      .openActions()
      .find(
        (a) => a.kind === 'coordinator.send' && a.objective === objective.id && !context.sending.has(a.id),
      );
    if (doubt) {
      if (await settleDoubt(context, product, doubt)) return true;
      context.driveAgain(session.product, context.tuning.lookAgainMs * 4);
      return false;
    }
    if (context.journal.hasDispatched(session.id)) {
      await lookForWorkersMail(context, product, session);
      await followUpHearings(context, product, session);
      await watchSpend(context, product, session);
      return await watchSession(context, product, session);
    }
    // A fresh screen shows nothing of a worker yet: a login or a dialog on it is one.
    const { screen, refused } = await mayType(context, product);
    // It would read its objective and run into the limit: it is handed over when the account opens.
    const limited = screen?.limit != null && !wokenFromLimit(context.journal, session.id);
    if (limited) {
      const looked = await watchScreen(context, product, session);
      if (looked !== null && noteLimit(context, product, session, looked)) {
        context.driveAgain(session.product, context.tuning.sweepLiveMs);
        return false;
      }
    }
    if (screen?.problem && !screen.passing && screen.limit === null) throw screen.problem;
    if (refused !== null || limited) {
      context.driveAgain(session.product, context.tuning.lookAgainMs * 10);
      // Not for ever: one that stays blank is told as hung.
      return screen?.state === 'blank' && (await watchSession(context, product, session));
    }
    return await deliverObjective(context, product, session, objective);
  } catch (thrown) {
    const error = FleetError.wrap(thrown, session.product);
    if (error.class === 'unavailable') return false;
    if (context.journal.liveSession(session.product)?.state !== 'running') return true;
    // It has what it needs: that a look at it failed is no reason to end it.
    if (context.journal.hasDispatched(session.id)) {
      context.log.warn({ product: session.product, code: error.code }, `looking failed: ${error.message}`);
      return false;
    }
    // The coordinator is up and cannot be told what to do: its slot is given back.
    context.journal.record(
      stopping(session, `The objective could not be handed over. ${inOneLine(error)}`, 'failed', error.code),
      ...(traitsOf(error.code).screen === true ? loggedOut(context, session, error) : []),
    );
    return true;
  }
}
