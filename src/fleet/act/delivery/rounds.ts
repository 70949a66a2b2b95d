// Carries out what is to be delivered: each is intended in the journal, and settled once, as delivered or as refused. What
// the remote or the forge cannot do now is tried again by backoff, or when the forge says that its limit ends. A refusal
// waits for a human, who mends it and says `fleet deliver`.
import { FleetError } from '../../../common/errors.ts';
import { settled } from '../../../journal/action-facts.ts';
import type { ActionRow } from '../../../journal/actions.ts';
import type { EventKind, NewEvent } from '../../../journal/events.ts';
import type { Journal } from '../../../journal/journal.ts';
import type { Delivered } from '../../../runtime/deliver/wire.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { createRounds, type Rounds } from '../rounds.ts';
import { markerOf, pullRequestText } from './pull-request.ts';
import { waitLonger } from './waits.ts';

const wakes = new Set<EventKind>([
  'action.intended',
  'gate.resolved',
  'delivery.hurried',
  'registry.changed',
  'clock.jumped',
]);

export function carryOutDeliveries(context: FleetContext): Rounds {
  const { journal, clock, tuning, log, deliverer, deliveryWaits } = context;

  async function round(): Promise<number | null> {
    if (!deliverer) return null;
    const open = journal.openDeliveries();
    // One after the other would let a slow remote hold up all.
    await Promise.all(open.filter(isDue).map(attempt));
    if (rounds.isOver()) return null;
    const now = clock.nowMs();
    const next = journal.openDeliveries().map(({ id }) => (deliveryWaits.get(id)?.untilMs ?? now) - now);
    return next.length === 0 ? null : Math.max(1, Math.min(...next));
  }

  const isDue = ({ id }: ActionRow) => (deliveryWaits.get(id)?.untilMs ?? 0) <= clock.nowMs();

  async function attempt(action: ActionRow): Promise<void> {
    try {
      if (!deliverer) return;
      const delivered = await deliverer.deliver(orderOf(action));
      if (!rounds.isOver())
        settle(
          action,
          'done',
          sentenceOf(action, delivered),
          { ...delivered },
          null,
          opened(action, delivered),
        );
    } catch (thrown) {
      if (rounds.isOver()) return;
      const error = FleetError.wrap(thrown, action.product);
      if (error.class !== 'unavailable')
        return settle(
          action,
          'failed',
          `${action.objective} on ${action.product} was not delivered: ${error.message} ${error.mend} Then: \`fleet deliver ${action.objective}\`.`,
          {},
          error,
        );
      const pace = { firstMs: tuning.deliveryRetryMs, mostMs: tuning.deliveryRetryMostMs };
      waitLonger(deliveryWaits, action.id, error, clock.nowMs(), pace);
      log.warn({ product: action.product, code: error.code }, `delivery waits: ${error.message}`);
    }
  }

  function settle(
    action: ActionRow,
    state: 'done' | 'failed',
    says: string,
    result: Record<string, unknown>,
    error: FleetError | null,
    also: NewEvent[] = [],
  ): void {
    deliveryWaits.delete(action.id);
    journal.record(settled(action, says, action.id, state, { result: { says, ...result }, error }), ...also);
  }

  function orderOf({ args, objective: id, product: name }: ActionRow) {
    const deliver = productOf(context, name)?.deliver;
    if (deliver == null) throw notWanted(name);
    const { as, remote, token, base, pullRequest } = deliver;
    const { branch, head } = args as { branch: string; head: string };
    const objective = journal.objective(id ?? '');
    return {
      product: name,
      branch,
      head,
      remote,
      token,
      as,
      base,
      pullRequest: pullRequest &&
        objective && {
          ...pullRequest,
          marker: markerOf(name, objective.id),
          earlier: earlierOf(journal, name, objective.id),
          ...pullRequestText(objective, journal.gates.gatesOf(objective.id)),
        },
    };
  }

  const rounds = createRounds(context, 'delivering', wakes, round, () => {});
  rounds.start();
  return rounds;
}

/** The open pull request of the work that this objective takes up: its own work goes there. */
function earlierOf(journal: Journal, product: string, objective: string) {
  const takenUp = (id: string): boolean =>
    journal
      .eventsOf(id, 'work.sent-back')
      .some(
        ({ data }) => data.objective === objective || (data.objective !== null && takenUp(data.objective)),
      );
  const row = journal.pullRequests.open(product).find((one) => takenUp(one.objective));
  const [done] = row ? journal.deliveriesOf(row.objective).filter(({ state }) => state === 'done') : [];
  const branch = done?.result?.branch as string | undefined;
  return branch === undefined ? null : { branch, marker: markerOf(product, branch.replace(/^fleet\//, '')) };
}

/** What is watched from now on. */
function opened({ product, objective }: ActionRow, { head, pullRequest }: Delivered): NewEvent[] {
  if (pullRequest?.state !== 'open' || objective === null) return [];
  const { number, url } = pullRequest;
  return [
    {
      kind: 'pull-request.delivered',
      product,
      objective,
      text: `Pull request ${number} of ${product} holds the work of ${objective}: ${url}`,
      data: { number, url, head },
    },
  ];
}

/** `obj-7 on shop: pull request 12 is open: https://… (into main).` */
function sentenceOf(action: ActionRow, { branch, base, pullRequest, notes }: Delivered): string {
  const what = `${action.objective} on ${action.product}`;
  const more = notes.map((note) => ` ${note}`).join('');
  if (pullRequest === null)
    return branch === base
      ? `${what} was pushed to ${base} of its remote.${more}`
      : `${what} was pushed to its remote as ${branch}.${more}`;
  const { number, url, state } = pullRequest;
  const stands = { open: 'is open', merged: 'was merged', closed: 'was closed' }[state];
  return `${what}: pull request ${number} into ${base} ${stands}: ${url} ${more}`.trim();
}

function notWanted(product: string): FleetError {
  return new FleetError({
    code: 'DELIVER_NOT_WANTED',
    product,
    message: `Expected \`deliver:\` of ${product} in products.yaml, got none.`,
    mend: 'Add it; its work is kept.',
  });
}
