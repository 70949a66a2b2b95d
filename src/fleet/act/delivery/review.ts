// `review: required`: a human is asked whether they take what a session made. What is to be delivered is intended with that
// gate and held by it (journal/actions.ts): approved it goes on by itself, rejected it is settled as failed, without an error.
import { FleetError } from '../../../common/errors.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { madeBy, madeLines, sizeOf } from '../../observe/made.ts';
import { raiseGate } from '../gates/raise.ts';
import { deliveryAction, intendedDelivery, type KeptWork } from './keep.ts';

/** size: null where it cannot be told. lines: of workers, data */
export interface ToReview {
  size: string | null;
  lines: string[];
}

/**
 * @returns null: nothing is asked
 * @throws FleetError of class unavailable: to be tried again
 */
export async function workToReview(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  kept: KeptWork | null,
): Promise<ToReview | null> {
  if (product.review !== 'required') return null;
  try {
    const made = await madeBy(context, product, session.objective);
    if (made === null) return { size: null, lines: ['Where its work begins is not known.'] };
    const nothing = made.total.files === 0 && made.total.commits === 0;
    return nothing && kept === null ? null : { size: sizeOf(made.total), lines: madeLines(made) };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable') throw error;
    return { size: null, lines: [`What it made cannot be shown: ${error.message}`] };
  }
}

/** Where done work goes now. events: to be recorded with the end of its session, so that the final mail is known by then. */
export function goesOn(
  { journal }: Pick<FleetContext, 'journal'>,
  session: SessionRow,
  kept: KeptWork | null,
  review: ToReview | null,
): { says: string | null; events: NewEvent[] } {
  const { id, product, objective } = session;
  const delivery = (gate: number | null): NewEvent[] =>
    kept?.kept
      ? [
          intendedDelivery(session, deliveryAction(id), {
            ...kept.kept,
            ...(gate !== null && { review: gate }),
          }),
        ]
      : [];
  if (review === null) return { says: kept?.says ?? null, events: delivery(null) };
  const gate = journal.gates.nextGateNumber();
  const before = journal.gates
    .openGates(product)
    .filter(({ kind }) => kind === 'review')
    .map(
      ({ n, objective }) =>
        `It may hold what ${objective} made, too, which nobody has taken yet (gate ${n}).`,
    );
  const asks = raiseGate(journal, {
    product,
    objective,
    kind: 'review',
    severity: 'error',
    subject: `${objective} on ${product} waits for your review${review.size === null ? '' : `: ${review.size}`}.`,
    text: [...before, ...review.lines].join('\n'),
  });
  return {
    says: [`It waits for your review: gate ${gate}.`, ...(kept ? [kept.says] : [])].join(' '),
    events: [...asks, ...delivery(gate)],
  };
}
