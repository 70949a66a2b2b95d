// The one door. Nothing else in the project may cause a session to start: retries, restarts, recurring work
// and humans all become queued objectives, and come through here when decide() says so.
import type { Admission } from '../../scheduler/state.ts';
import { type FleetContext, productOf } from '../context.ts';
import { estimates } from '../decide/estimate.ts';

/** Journals that the slot is taken; from then on the session is driven. */
export function admit(context: Pick<FleetContext, 'journal' | 'registry'>, admission: Admission): void {
  const { journal } = context;
  const session = journal.nextSessionNumber();
  const product = productOf(context, admission.product);
  const { kind, direct } = journal.objective(admission.objective) ?? { kind: 'other', direct: null };
  journal.record({
    kind: 'session.starting',
    product: admission.product,
    objective: admission.objective,
    text: `${admission.objective} starts on ${admission.product}.`,
    data: {
      session,
      rule: admission.rule,
      numbers: admission.numbers,
      predicted: product && estimates(context).of(product, kind, direct),
    },
  });
}
