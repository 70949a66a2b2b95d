// A done session's branch goes to the deliverer. From here on it can be delivered whatever becomes of the checkout, so
// the session's end waits for this and no longer.
import { FleetError } from '../../../common/errors.ts';
import { fleetBranch } from '../../../contract/runtime/bundle.ts';
import { intended } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';

/** A deliverer out of reach is tried again this long. */
const patienceMs = 60_000;

export const deliveryAction = (session: number, attempt = 1): string =>
  `deliver-${session}${attempt === 1 ? '' : `-${attempt}`}`;

export interface KeptWork {
  /** for the human, with the end */
  says: string;
  /** what can be delivered; null: it could not be handed over */
  kept: { branch: string; head: string } | null;
}

/**
 * Keeping it twice keeps it once, so the row comes after it: then everything that is in the journal can be delivered.
 * @returns null: nothing is delivered
 * @throws FleetError of class unavailable: to be tried again
 */
export async function keepWork(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<KeptWork | null> {
  const { deliverer, runtime, clock } = context;
  const { deliver } = product;
  if (deliver === null) return null;
  const branch = fleetBranch(session.objective, context.journal.placement(product.name)?.epoch);
  try {
    if (!deliverer) throw noDeliverer(product.name);
    const { remote, token } = deliver;
    const head = await deliverer.keep(runtime, product, { remote, token, branch });
    if (head === null) return null;
    return {
      says:
        product.review === 'required'
          ? `Once it is taken, it goes to ${whereTo(deliver.as)}.`
          : `It is on its way to ${whereTo(deliver.as)}.`,
      kept: { branch, head },
    };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    const sinceMs = clock.nowMs() - (context.stopFailingSinceMs.get(session.id) ?? clock.nowMs());
    const linked = runtime.link(product.name).state === 'connected';
    if (deliverer && error.class === 'unavailable' && (!linked || sinceMs < patienceMs)) throw error;
    return {
      says: `Its work could not be handed to the deliverer: ${error.message} ${error.mend}`,
      kept: null,
    };
  }
}

const whereTo = (as: NonNullable<Product['deliver']>['as']): string =>
  ({ branch: 'its remote, as a branch', push: 'its remote', 'pull-request': 'a pull request' })[as];

/** @param args.review  the gate that it waits for; absent: none */
export const intendedDelivery = (
  session: Pick<SessionRow, 'id' | 'product' | 'objective'>,
  action: string,
  args: { branch: string; head: string; review?: number },
): NewEvent =>
  intended(session, `${args.branch} of ${session.product} is to be delivered.`, {
    action,
    kind: 'work.deliver',
    session: session.id,
    args,
  });

function noDeliverer(product: string): FleetError {
  return new FleetError({
    code: 'DELIVERER_UNREACHABLE',
    product,
    message: 'Expected a deliverer beside fleetd, got none.',
    mend: 'In the bundle: `docker compose up -d deliverer`.',
  });
}
