// What a human says about where the work goes. By itself it goes where products.yaml says, once.
import { FleetError } from '../../common/errors.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { DeliveryView } from '../../contract/objectives.ts';
import type { Source } from '../../contract/source.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { deliveryAction, intendedDelivery } from '../act/delivery/keep.ts';
import type { FleetContext } from '../context.ts';
import { pullRequestView } from '../report/pull-request-view.ts';
import { humanOnly } from './human-only.ts';
import { judgedOf } from './judged.ts';

export type Delivery = ReturnType<typeof createDelivery>;

export function createDelivery(
  context: FleetContext,
  { requireObjective }: { requireObjective(id: string): ObjectiveRow },
) {
  const { journal } = context;
  return {
    /**
     * Tries now what waits for its time, and once more what was refused or is done: a pull request is changed then.
     * @throws FleetError DELIVER_NOTHING_KEPT, DELIVER_NOT_TAKEN, HUMAN_ONLY
     */
    deliver(id: string, source: Source): ControlReply {
      humanOnly(source, 'sends work out', `fleet deliver ${id}`);
      const { id: objective, product } = requireObjective(id);
      const all = journal.deliveriesOf(objective);
      const [latest] = all;
      if (latest === undefined || latest.session === null)
        throw new FleetError({
          code: 'DELIVER_NOTHING_KEPT',
          product,
          message: `Expected work of ${objective} that the deliverer keeps, got none.`,
          mend: `It keeps what is done while \`deliver:\` of ${product} stands in products.yaml: for this one, \`fleet retry ${objective}\`, or push fleet/${objective} by hand.`,
        });
      if (
        all.some(({ args }) => args.review !== undefined) &&
        judgedOf(journal, objective)?.verdict !== 'accepted'
      )
        throw new FleetError({
          code: 'DELIVER_NOT_TAKEN',
          product,
          message: `Expected work that a human has taken, got ${objective} (products.yaml: review is required).`,
          mend: `See it with \`fleet diff ${objective}\`, take it with \`fleet accept-work ${objective}\`.`,
        });
      const said = { verb: 'deliver', changed: true };
      if (latest.state === 'intended') {
        context.deliveryWaits.delete(latest.id);
        journal.record({
          kind: 'delivery.hurried',
          product,
          objective,
          text: `The delivery of ${objective} on ${product} is tried now.`,
          data: { action: latest.id },
        });
        return { ...said, text: `The delivery of ${objective} on ${product} is tried now.` };
      }
      const action = deliveryAction(latest.session, all.length + 1);
      const { branch, head } = latest.args as { branch: string; head: string };
      const session = { id: latest.session, product, objective };
      journal.record(intendedDelivery(session, action, { branch, head }));
      return { ...said, text: `${objective} on ${product} is being delivered again.` };
    },
  };
}

/** Of an objective; null: nothing was, or is, to be delivered. */
export function deliveryView(
  context: Pick<FleetContext, 'journal' | 'deliveryWaits' | 'watchWaits'>,
  objective: string,
): DeliveryView | null {
  const { journal, deliveryWaits } = context;
  const [latest] = journal.deliveriesOf(objective);
  if (latest === undefined) return null;
  if (latest.state !== 'intended') {
    const request = latest.result?.pullRequest as { url: string; number: number } | null | undefined;
    const watched = request && journal.pullRequests.pullRequest(latest.product, request.number);
    return {
      state: latest.state === 'done' ? 'done' : 'failed',
      says: (latest.result?.says as string | undefined) ?? '',
      url: request?.url ?? null,
      ...(watched && { request: pullRequestView(context, watched) }),
    };
  }
  const review = journal.gates.openOf(objective, 'review');
  if (review !== null)
    return { state: 'waiting', says: `It waits for your review: gate ${review.n}.`, url: null };
  const wait = deliveryWaits.get(latest.id);
  const says =
    wait === undefined
      ? 'It is on its way.'
      : `${wait.error.message} Tried again at ${new Date(wait.untilMs).toISOString()}.`;
  return { state: 'waiting', says, url: null };
}
