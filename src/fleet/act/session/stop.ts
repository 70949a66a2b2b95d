// Brings a session from `stopping` to `ended`, with a proof: no live coordinator, no open run, and no process
// of overstory left in the product. A stop that half-fails is finished by observation: "not running" is what
// was wanted. In this order, and again from the start when the runtime comes back in between:
//
//   (a pause) the coordinator is told ─► who is to be stopped is written down, from the first healthy look
//   ─► coordinator ─► (still alive) coordinator again ─► (still alive) exactly its tmux session
//   ─► those workers, the leads first ─► the run, when it stayed open
//   ─► processes: a grace, then ended by pid and start time ─► its unread mail is closed
//   ─► where its work ends is marked ─► (done) files that its report names are kept, its branch is published in the human's repository, and kept by the deliverer;
//   where its product says so a human is asked to take it
//   ─► outcome
//
// The coordinator goes first: it would take the end of its workers for a failure, and mail the human about it. But
// once it is stopped a look may no longer show who worked for it, and the link may be lost in between: so the list is
// a row (`stop-<session>`) before the first of them is stopped.
//
// Where `ov` cannot help, because its folder or configuration is gone, its disk takes nothing, or it fails for long, the tmux session and the
// processes are ended without it; its books are closed by itself when it comes back.
//
// What is left then (a human's own processes, branches nobody merged) is listed, never hidden.
import { sleep } from '../../../common/clock.ts';
import { FleetError } from '../../../common/errors.ts';
import type { FootprintReport } from '../../../contract/runtime/measurements.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import { intended } from '../../../journal/action-facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { coordinatorAlive } from '../../observe/liveness.ts';
import { keepArtifacts } from '../artifacts/keep.ts';
import { keepWork } from '../delivery/keep.ts';
import { goesOn, workToReview } from '../delivery/review.ts';
import { settleWhatWasHeard } from '../heard/follow-up.ts';
import { tellPause } from './announce-pause.ts';
import { closeUnread } from './close-unread-mail.ts';
import { completedAtPause, ending, finalReport, stopAction } from './ending.ts';
import { markWork } from './mark.ts';
import { outcomeOf } from './outcome.ts';
import { publishWork } from './publish.ts';
import { reportsOf } from './reports.ts';
import { endTrouble } from './watch.ts';

const ended = new Set(['completed', 'zombie']);

/** Returns whether the session has ended. False: something is out of reach or still alive; to be driven again. */
export async function stopSession(context: FleetContext, session: SessionRow): Promise<boolean> {
  const known = productOf(context, session.product);
  const product = known ?? {
    name: session.product,
    root: `${context.registry.current().workspaceRoot}/${session.product}`,
  };
  try {
    const before = await context.observe(product.name);
    if (known !== null) await tellPause(context, known, session, before);
    const without = cannotHelp(context, session, before);
    const over = without
      ? await stopWithoutOv(context, product)
      : !coordinatorAlive(await stopAll(context, product, before, workersToStop(context, session, before)));
    if (!over) {
      context.log.warn({ product: product.name }, 'stop waits: the coordinator is alive after everything');
      return false;
    }
    const left = await endProcesses(context, product);
    if (!without) await closeUnread(context, product, session);
    // One that never had its objective has made nothing.
    if (session.baseCommit !== null) await markWork(context, product, session, 'head');
    const done = session.outcome === 'done' || completedAtPause(context, session) !== null;
    const made = known !== null && done;
    const artifacts = made
      ? await keepArtifacts(context, known, session, finalReport(context, session))
      : null;
    const published = made ? await publishWork(context, known, session) : null;
    const kept = made ? await keepWork(context, known, session) : null;
    const review = made ? await workToReview(context, known, session, kept) : null;
    const reports = without ? [] : await reportsOf(context, product, session);
    const outcome = await outcomeOf(context, product, session, before);
    settleWhatWasHeard(context, session);
    endTrouble(context, product.name);
    const next = goesOn(context, session, kept, review);
    context.journal.record(
      ...reports,
      ...ending(context, session, outcome, { processes: left, where: [published, next.says, artifacts] }),
      ...next.events,
    );
    return true;
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (!outOfReach.test(error.code)) failingSince(context, session);
    context.log.warn({ product: product.name, code: error.code }, `stop waits: ${error.message}`);
    return false;
  }
}

/** The runtime as a whole, which nothing can be done without. */
const outOfReach = /^(RUNTIME|AGENT)_/;
/** A locked database passes; what stands longer than this while a session is being stopped is not waited for. */
const patienceMs = 60_000;
function failingSince(context: FleetContext, { id }: SessionRow): number {
  const known = context.stopFailingSinceMs;
  const sinceMs = known.get(id) ?? context.clock.nowMs();
  known.set(id, sinceMs);
  return sinceMs;
}

/** `ov` would begin to stop, and could not write down that it did. */
const writesNothing = /^(DISK_READ_ONLY|OV_DISK_FULL)$/;

/** Whether `ov` is of no use for this stop: its folder, configuration or disk is gone, or it has failed for long. */
function cannotHelp(context: FleetContext, session: SessionRow, { health, error }: ProductSnapshot): boolean {
  if (health === 'missing' || health === 'uninitialised') return true;
  if (writesNothing.test(error?.code ?? '')) return true;
  const known = context.stopFailingSinceMs.has(session.id) || health === 'error';
  return known && context.clock.nowMs() - failingSince(context, session) >= patienceMs;
}

/** By the name of its tmux session; what ran beside it is in the process table. Returns whether that session is gone. */
async function stopWithoutOv({ runtime, log }: FleetContext, product: ProductRef): Promise<boolean> {
  const { done, left } = await runtime.maintain(product, { kind: 'clear-session' });
  log.warn(
    { product: product.name },
    `stopped without ov: ${done.join(', ') || 'no tmux session was there'}`,
  );
  return left.length === 0;
}

/** Names, the leads before those who work for them; from the first healthy look at the session's stop. */
function workersToStop(context: FleetContext, session: SessionRow, before: ProductSnapshot): string[] {
  const { journal } = context;
  const known = journal.action(stopAction(session.id));
  if (known !== null) return (known.args as { workers: string[] }).workers;
  if (before.health !== 'ok') return [];
  const workers = alive(before).map(({ name }) => name);
  const others = workers.length > 0 ? `, then ${workers.join(', ')}` : '';
  const says =
    session.direct === null
      ? `Stopping the coordinator of ${session.product}${others}.`
      : `Stopping the ${session.direct} of ${session.product}${workers.length > 0 ? `: ${workers.join(', ')}` : ''}.`;
  journal.record(
    intended(session, says, {
      action: stopAction(session.id),
      kind: 'coordinator.stop',
      session: session.id,
      args: { workers },
    }),
  );
  return workers;
}

const alive = ({ workers }: ProductSnapshot): ProductSnapshot['workers'] =>
  workers.filter((one) => !ended.has(one.state)).sort((a, b) => a.depth - b.depth);

/** @throws FleetError when something is out of reach; what `ov` refuses is judged by looking afterwards */
async function stopAll(
  context: FleetContext,
  product: ProductRef,
  before: ProductSnapshot,
  workers: string[],
): Promise<ProductSnapshot> {
  const { runtime } = context;
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product.name);
      if (error.class === 'unavailable') throw error;
      context.log.info({ product: product.name, code: error.code }, `while stopping: ${error.message}`);
    }
  };
  // Those that were written down, and whoever came since.
  const asked = new Set<string>();
  const stopWorkers = async (now: ProductSnapshot): Promise<void> => {
    const shown = new Set(now.workers.map(({ name }) => name));
    const unseen = workers.filter((name) => !shown.has(name) && !asked.has(name));
    for (const agent of [...alive(now).map(({ name }) => name), ...unseen]) {
      asked.add(agent);
      await attempt(() => runtime.ov(product, 'stop', { agent }));
    }
  };
  // Nobody is there to mistake it: what lives on need not wait until `ov` has closed the books.
  if (before.health === 'ok' && !coordinatorAlive(before)) await stopWorkers(before);
  const stop = () => runtime.ov(product, 'coordinator.stop', {});
  const clear = () => runtime.maintain(product, { kind: 'clear-session' });
  await attempt(stop);
  let seen = await context.observe(product.name);
  for (const harder of [stop, clear]) {
    if (!coordinatorAlive(seen)) break;
    await attempt(harder);
    seen = await context.observe(product.name);
  }
  if (coordinatorAlive(seen)) return seen;
  await stopWorkers(seen);
  // A tmux server that ended with its last session leaves the run open: the next status would call it alive.
  if (seen.health === 'ok' && seen.runId !== null) {
    await attempt(() => runtime.ov(product, 'run.complete', {}));
    seen = await context.observe(product.name);
  }
  return seen;
}

/**
 * Waits for the product's processes to go, then ends them; returns those that are not ours to end.
 * @throws FleetError when the runtime cannot be asked: without an answer there is no proof
 */
async function endProcesses(context: FleetContext, product: ProductRef): Promise<string[]> {
  const { clock, tuning, runtime } = context;
  const look = async (): Promise<FootprintReport['products'][number]['processes']> =>
    (await runtime.footprint([product])).products[0]?.processes ?? [];
  const deadline = clock.nowMs() + tuning.stopGraceMs;
  let left = await look();
  while (left.length > 0 && clock.nowMs() < deadline) {
    await sleep(clock, tuning.lookAgainMs);
    left = await look();
  }
  if (left.length === 0) return [];
  const processes = left.map(({ pid, startTicks }) => ({ pid, startTicks }));
  const { done } = await runtime.maintain(product, { kind: 'end-processes', processes });
  if (done.length > 0)
    context.log.warn({ product: product.name }, `ended after the grace: ${done.join(', ')}`);
  return (await look()).map(({ pid, command }) => `${pid} ${command}`);
}
