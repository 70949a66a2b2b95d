// Brings a session from `starting` to `running`. Each step either holds, is mended, or ends the attempt:
//
//   starting ── observe ──► coordinator alive? ── yes ──► running (adopted: ours from before a restart, or a human's)
//      │ no
//      ├─ prepare, in the agent: config, git, owner, name, stale watchdog.pid, tmux keeper, trust, limits
//      │        refused ──► ends; what only a human can mend fails the objective at once
//      ├─ journal the intent ─► ov coordinator start
//      │        "duplicate session": an orphan in tmux ─► exactly that session is ended; started once more
//      ├─ observe, whatever the exit code said
//      │        alive ──► running      not alive ──► ends; the objective waits for its retry, or fails when
//      │                               retries are used up or the mend is a human's
//      │        its folder or disk gone ──► `stopping`: what is up is ended without `ov`
//      └─ runtime unreachable ──► stays `starting`; driven again when the link is back
//
// Running, it gets its objective (deliver.ts) unless its screen shows a login or a dialog: see drive.ts.
import { traitsOf } from '../../../common/error-catalogue.ts';
import { FleetError, inOneLine } from '../../../common/errors.ts';
import type { ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { sessionRunning, stopping } from '../../../journal/session-facts.ts';
import type { Screen } from '../../../overstory/screen.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, mayHaveHappened, missingProduct, productOf } from '../../context.ts';
import { coordinatorAlive } from '../../observe/reconcile.ts';
import { lookAtScreen } from '../../observe/screens.ts';
import { giveUp, isStarting } from './give-up.ts';
import { prepareFor } from './prepare.ts';

/** Returns whether the driver should look at the session again at once. Does not throw for what a runtime or `ov` may do. */
export async function startSession(context: FleetContext, session: SessionRow): Promise<boolean> {
  const { journal } = context;
  const product = productOf(context, session.product);
  if (!product) return giveUp(context, session, missingProduct(session.product), true);

  // Nothing was written since a look found no coordinator: there is none. One that seems alive is asked again.
  const known = await context.observe(product.name, false);
  const action = `start-${session.id}`;
  const before = coordinatorAlive(known) ? await context.observe(product.name) : known;
  if (!isStarting(context, session)) return true;
  if (before.health === 'ok' && coordinatorAlive(before)) return running(context, session, before, true);
  if (before.health !== 'ok') {
    const error = FleetError.from(before.error ?? missingProduct(product.name).toJSON());
    // A folder that is not ready is a human's to mend, whatever its error says of itself.
    if (before.health === 'error' && error.class === 'unavailable') return false;
    if (isGone(before) && journal.action(action)?.state === 'intended')
      return leaveToStop(context, session, error);
    return giveUp(context, session, error, before.health !== 'error');
  }

  if (journal.action(action) === null) {
    journal.record(
      intended(session, `Starting the coordinator of ${product.name}.`, {
        action,
        kind: 'coordinator.start',
        session: session.id,
        args: {},
      }),
    );
  }
  let failure: FleetError | null = null;
  try {
    await startCoordinator(context, product, session);
  } catch (error) {
    failure = FleetError.wrap(error, product.name);
    if (failure.code === 'RUNTIME_UNREACHABLE' || failure.code === 'RUNTIME_LOST') return false;
  }

  // Exit 1 does not prove that nothing runs, exit 0 does not prove that something does.
  const after = await context.observe(product.name);
  // Nothing seen is nothing known: driven again, the session is adopted or started once more.
  if (after.health === 'error' && after.error?.class === 'unavailable') return false;
  if (isGone(after) && isStarting(context, session))
    return leaveToStop(
      context,
      session,
      FleetError.from(after.error ?? missingProduct(product.name).toJSON()),
    );
  const alive = after.health === 'ok' && coordinatorAlive(after);
  const state = alive ? 'done' : failure && mayHaveHappened(failure.code) ? 'uncertain' : 'failed';
  const became = alive ? 'is up' : 'did not start';
  journal.record(
    settled(session, `The coordinator of ${product.name} ${became}.`, action, state, { error: failure }),
  );
  // A human may have stopped it meanwhile: then the driver goes on with that.
  if (!isStarting(context, session)) return true;
  if (alive) return running(context, session, after, false);
  const cause =
    failure ??
    new FleetError({
      code: 'COORDINATOR_NOT_UP',
      product: product.name,
      message: `ov said that the coordinator of ${product.name} started, but no live coordinator is there.`,
      mend: 'Look at the runtime log; then start the objective again.',
    });
  return giveUp(context, session, cause, traitsOf(cause.code).startsAgain === false);
}

/** @throws what prepare or the last of at most two starts said; OV_SLOW_START or what its screen showed for OV_DIALOG */
async function startCoordinator(context: FleetContext, product: Product, session: SessionRow): Promise<void> {
  const { runtime, log } = context;
  await prepareFor(context, product, session);
  try {
    await startWatched(context, product);
  } catch (error) {
    if (FleetError.wrap(error).code !== 'OV_DUPLICATE_SESSION') throw error;
    const cleared = await runtime.maintain(product, { kind: 'clear-session' });
    log.warn({ product: product.name }, `duplicate session: ${cleared.done.join(', ') || 'none was there'}`);
    await startWatched(context, product);
  }
}

/**
 * `ov` gives up on Claude Code after 30 s, says the same of one that waits at a dialog and of one that is still drawing,
 * and ends its terminal. So the screen is looked at while it starts, from when a quick one would be up.
 */
async function startWatched(context: FleetContext, product: Product): Promise<void> {
  const { runtime, clock, tuning } = context;
  const looking: { seen: Screen | null; cancel: (() => void) | null } = { seen: null, cancel: null };
  const lookAfter = (ms: number): void => {
    looking.cancel = clock.after(ms, () => {
      void lookAtScreen(context, product).then((seen) => {
        looking.seen = seen ?? looking.seen;
        if (looking.cancel !== null) lookAfter(tuning.startLookMs);
      });
    });
  };
  lookAfter(3 * tuning.startLookMs);
  try {
    await runtime.ov(product, 'coordinator.start', {});
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.code !== 'OV_DIALOG') throw error;
    const { seen } = looking;
    if (seen?.problem && !seen.passing) throw seen.problem;
    throw new FleetError({
      code: 'OV_SLOW_START',
      product: product.name,
      message: `Expected Claude Code of ${product.name} at its prompt within 30 s, got ${seen === null ? 'no look at its screen' : `a screen without a dialog (${seen.state})`}.`,
      mend: 'It is tried again. If it stays, let fewer sessions start at once (`max_concurrent_sessions`), or give the runtime more CPU.',
    });
  } finally {
    looking.cancel?.();
    looking.cancel = null;
  }
}

function running(
  context: FleetContext,
  session: SessionRow,
  seen: ProductSnapshot,
  adopted: boolean,
): boolean {
  context.journal.record(
    sessionRunning(
      session,
      adopted
        ? `Took over the coordinator already running in ${session.product} for ${session.objective}.`
        : `Session on ${session.product} is running for ${session.objective}.`,
      {
        overstorySession: seen.coordinator?.sessionId ?? '',
        tmuxSession: seen.coordinator?.tmuxSession ?? '',
        runId: seen.runId,
        adopted,
      },
    ),
  );
  return true;
}

/** Its folder, its repository or what `ov init` made. An `ov` that fails is no such thing: it is tried again. */
const isGone = ({ health }: ProductSnapshot): boolean => health !== 'ok' && health !== 'error';

/** What it stands on is gone while it started: what of it is up cannot be seen, and is ended as at every stop. */
function leaveToStop({ journal }: FleetContext, session: SessionRow, cause: FleetError): true {
  const { product } = session;
  journal.record(
    settled(
      session,
      `Whether the coordinator of ${product} started cannot be seen.`,
      `start-${session.id}`,
      'uncertain',
      { error: cause },
    ),
    stopping(session, `It could not go on starting. ${inOneLine(cause)}`, 'failed', cause.code),
  );
  return true;
}
