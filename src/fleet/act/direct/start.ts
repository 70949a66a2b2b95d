// Brings a session without a coordinator from `starting` to `running`: prepared as for any other, then its one worker.
// After a crash the worker is found by its name, and taken over; one that does not come is given up like any start.
import { traitsOf } from '../../../common/error-catalogue.ts';
import { FleetError } from '../../../common/errors.ts';
import type { ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { sessionRunning } from '../../../journal/session-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, missingProduct, productOf } from '../../context.ts';
import { coordinatorAlive } from '../../observe/liveness.ts';
import { giveUp, isStarting } from '../session/give-up.ts';
import { markWork } from '../session/mark.ts';
import { prepareFor } from '../session/prepare.ts';
import { settleSling, slingNext } from './sling.ts';
import { lastWorker, slingsOf } from './workers.ts';

/** Returns whether the driver should look at the session again at once. Does not throw for what a runtime or `ov` may do. */
export async function startDirect(context: FleetContext, session: SessionRow): Promise<boolean> {
  const { journal } = context;
  const product = productOf(context, session.product);
  if (!product) return giveUp(context, session, missingProduct(session.product), true);
  const seen = await context.observe(product.name);
  if (!isStarting(context, session)) return true;
  if (seen.health !== 'ok') return unready(context, session, seen);
  const slings = slingsOf(journal, session);
  if (slings.length > 0) {
    const found = settleSling(context, session, slings);
    if (found === 'there') return running(context, session, seen);
    return found === 'waits' ? false : giveUp(context, session, notUp(session), false);
  }
  if (coordinatorAlive(seen)) return giveUp(context, session, notOurs(session), true);
  try {
    await prepareFor(context, product, session);
    await markWork(context, product, session, 'base');
    if (!isStarting(context, session)) return true;
    await slingNext(context, product, session);
  } catch (thrown) {
    return failed(context, product, session, FleetError.wrap(thrown, product.name));
  }
  const after = await context.observe(product.name);
  if (!isStarting(context, session)) return true;
  return settleSling(context, session, slingsOf(journal, session)) === 'there'
    ? running(context, session, after)
    : false;
}

/** Nothing of it runs. A runtime that is out of reach is waited for. */
function failed(context: FleetContext, product: Product, session: SessionRow, error: FleetError): boolean {
  if (error.code === 'RUNTIME_UNREACHABLE' || error.code === 'RUNTIME_LOST') return false;
  context.log.info({ product: product.name, code: error.code }, `no worker: ${error.message}`);
  return giveUp(context, session, error, traitsOf(error.code).startsAgain === false);
}

function unready(context: FleetContext, session: SessionRow, { health, error }: ProductSnapshot): boolean {
  const why = FleetError.from(error ?? missingProduct(session.product).toJSON());
  if (health === 'error' && why.class === 'unavailable') return false;
  return giveUp(context, session, why, health !== 'error');
}

function running({ journal }: FleetContext, session: SessionRow, seen: ProductSnapshot): true {
  const { product, objective, direct } = session;
  const worker = lastWorker(slingsOf(journal, session), seen);
  journal.record(
    sessionRunning(session, `A ${direct} is at work on ${product} for ${objective}, without a coordinator.`, {
      overstorySession: worker?.name ?? '',
      tmuxSession: '',
      runId: seen.runId,
      adopted: false,
    }),
  );
  return true;
}

const notUp = ({ product, direct }: SessionRow) =>
  new FleetError({
    code: 'DIRECT_NOT_UP',
    product,
    message: `Expected a ${direct} on ${product}, got none: \`ov sling\` was started, and no worker came.`,
    mend: 'Look at the runtime log; then start the objective again.',
  });

const notOurs = ({ product, direct }: SessionRow) =>
  new FleetError({
    code: 'SESSION_NOT_OURS',
    product,
    message: `Expected nobody at work on ${product}, got a coordinator that the fleet did not start: a ${direct} does not work beside it.`,
    mend: 'Stop it where it was started (`ov coordinator stop` in the product), then start the objective again.',
  });
