// Looks after the worker of a running session without a coordinator, until its end: what it made is merged, and the session
// is stopped as done; or it has ended without a report, and the session has failed; or it waits with a question.
import { FleetError, inOneLine } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { stopping } from '../../../journal/session-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { endedByLease } from '../../observe/liveness.ts';
import { noteWorkersLimits } from '../accounts/worker-limits.ts';
import { readUsage, watchSpend } from '../session/spend.ts';
import { afterReportMs, directLife } from './life.ts';
import { planApproved, settleSling } from './sling.ts';
import { branchOf, finalMailOf, lastWorker, slingsOf } from './workers.ts';

/** Returns whether something was recorded that the driver should act on. Does not throw for what a runtime may do. */
export async function watchDirect(context: FleetContext, session: SessionRow): Promise<boolean> {
  const product = productOf(context, session.product);
  if (product === null) return false;
  try {
    await watchSpend(context, product, session);
    return await look(context, product, session);
  } catch (thrown) {
    const error = FleetError.wrap(thrown, session.product);
    context.log.info({ product: product.name, code: error.code }, `looking failed: ${error.message}`);
    context.driveAgain(product.name, context.tuning.lookAgainMs * 4);
    return false;
  }
}

async function look(context: FleetContext, product: Product, session: SessionRow): Promise<boolean> {
  const { journal, clock } = context;
  const snapshot = context.observations.get(product.name)?.snapshot;
  if (snapshot?.health !== 'ok' || !isRunning(context, session)) return false;
  const slings = slingsOf(journal, session);
  const [reported] = finalMailOf(journal, session);
  const found = settleSling(context, session, slings);
  if (found === 'waits') {
    context.driveAgain(product.name, context.tuning.lookAgainMs * 4);
    return false;
  }
  const worker = lastWorker(slings, snapshot);
  const life = directLife({
    worker,
    reportedMs: reported === undefined ? null : Date.parse(reported.createdAt),
    asks: asks(context, session),
    nowMs: clock.nowMs(),
  });
  if (life.state === 'reported') return await finish(context, product, session, slings.at(-1)?.name ?? '');
  if (life.state === 'at-work' && reported !== undefined) context.driveAgain(product.name, afterReportMs);
  if (life.state !== 'ended') return false;
  if (snapshot.endedByLease) {
    journal.record(stopping(session, endedByLease, 'requeued'));
    return true;
  }
  // At a usage limit it waits for its account, as any other would.
  noteWorkersLimits(context, product, session, (await readUsage(context, product, session))?.refusals ?? []);
  const { account } = product;
  const limited =
    journal.accounts.closed().some((one) => one.account === account) &&
    journal.eventsOf(session.objective, 'worker.limited').some(({ data }) => data.session === session.id);
  if (!isRunning(context, session)) return true;
  journal.record(
    limited
      ? stopping(session, `Its worker ended at a limit of account ${account}.`, 'requeued')
      : stopping(session, life.why, 'failed', life.code),
  );
  return true;
}

/** A question of this objective is open, or was answered and not told yet. */
function asks({ journal }: FleetContext, { objective, product }: SessionRow): boolean {
  const open = journal.gates.openGates(product).some((gate) => gate.objective === objective);
  return open || journal.gates.undelivered().some((gate) => gate.objective === objective);
}

const isRunning = ({ journal }: FleetContext, { id, product }: SessionRow): boolean => {
  const now = journal.liveSession(product);
  return now?.id === id && now.state === 'running';
};

/** Its branch is merged, then the session is stopped. A merge that is refused fails it: the branch is kept. */
async function finish(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  name: string,
): Promise<boolean> {
  const { journal, runtime } = context;
  const end = (reason: string, outcome: 'done' | 'failed', code?: string): boolean => {
    if (isRunning(context, session)) journal.record(stopping(session, reason, outcome, code));
    return true;
  };
  if (session.direct === 'scout') return end('The scout has reported; it changed nothing.', 'done');
  const branch = branchOf(name, session.objective);
  // What nobody approved is not merged by us, whatever the worker did: its plan is still to be judged, or was never shown.
  if (product.planApproval === 'required' && !planApproved(journal, session.objective)) {
    if (asks(context, session)) return false;
    return end(`The builder has reported, and no plan of it was approved: ${branch} is kept.`, 'failed');
  }
  const action = `take-${session.id}`;
  if (journal.action(action) === null)
    journal.record(
      intended(session, `Merging ${branch} of ${product.name}.`, {
        action,
        kind: 'work.take',
        session: session.id,
        args: { branch },
      }),
    );
  try {
    // Done twice it is done once: what is merged is found merged.
    const { done } = await runtime.maintain(product, { kind: 'take', branch });
    const says =
      done.length > 0 ? `its branch ${branch} is merged.` : 'it committed nothing that is not there.';
    journal.record(settled(session, `${name} has reported; ${says}`, action, 'done'));
    return end(`The builder has reported; ${says}`, 'done');
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable') throw error;
    journal.record(
      settled(session, `${branch} is not merged: ${error.message}`, action, 'failed', { error }),
    );
    return end(
      `The builder has reported, and its work is not merged. ${inOneLine(error)}`,
      'failed',
      error.code,
    );
  }
}
