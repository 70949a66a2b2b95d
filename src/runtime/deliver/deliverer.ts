// fleetd's end of a deliverer.
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { Channel } from '../channel.ts';
import { sendBranch } from '../publish/send-branch.ts';
import { type Bundle, exchange } from '../publish/stream.ts';
import type { Runtime } from '../runtime.ts';
import type { IssuePage, IssueState } from './issues-wire.ts';
import {
  type AnswerOrder,
  type Delivered,
  type DeliverOrder,
  deliveryVerdictSchema,
  type IssueOrder,
  type IssuesOrder,
  maxAnswerBytes,
  type Order,
  type Watched,
  type WatchOrder,
} from './wire.ts';

export interface Deliverer {
  /**
   * Takes the branch in: from then on it can be delivered without the runtime.
   * @returns the commit that it is at; null: nothing was made that its source does not have
   * @throws FleetError of the runtime, of acceptBranch(); DELIVERER_UNREACHABLE, PUBLISH_TOO_LARGE
   */
  keep(
    runtime: Pick<Runtime, 'bundle' | 'bundlePart'>,
    product: ProductRef,
    to: { remote: string; token: string | null; branch: string },
  ): Promise<string | null>;
  /** Idempotent. @throws FleetError of deliver(), DELIVERER_UNREACHABLE; NotYet where the forge says when to come again */
  deliver(order: Omit<DeliverOrder, 'do'>): Promise<Delivered>;
  /** One look at a pull request, one request. @throws FleetError FORGE_…, DELIVERER_UNREACHABLE; NotYet as deliver() */
  watch(order: Omit<WatchOrder, 'do'>): Promise<Watched>;
  /** One page of the open issues with a label, one request. @throws as watch() */
  issues(order: Omit<IssuesOrder, 'do'>): Promise<IssuePage>;
  /** How an issue stands, one request; two where it is gone. @throws as watch() */
  issue(order: Omit<IssueOrder, 'do'>): Promise<IssueState>;
  /** Writes a comment on an issue, or changes the one with that marker. Idempotent. @throws as watch() */
  answer(order: Omit<AnswerOrder, 'do'>): Promise<void>;
}

/** A forge's limit: nothing is delivered to it before then. */
export class NotYet extends FleetError {
  readonly untilMs: number;

  constructor(error: ConstructorParameters<typeof FleetError>[0], untilMs: number) {
    super(error);
    this.untilMs = untilMs;
  }
}

/** A push of a large branch over a slow line, and some requests. */
const answerMs = 420_000;
/** One request. */
const lookMs = 60_000;

export function delivererOver(channel: Pick<Channel, 'open' | 'description'>): Deliverer {
  const unreachable = (why: string) =>
    new FleetError({
      code: 'DELIVERER_UNREACHABLE',
      message: `Expected an answer of the deliverer (${channel.description}), got: ${why}.`,
      mend: 'In the bundle: `docker compose up -d deliverer`, then see `docker compose logs deliverer`.',
    });

  async function ask(order: Order, bundle: Bundle | null, ms = answerMs) {
    const line = await exchange(channel, JSON.stringify(order), bundle, ms, unreachable, maxAnswerBytes);
    const read = deliveryVerdictSchema.safeParse(JSON.parse(line || 'null'));
    if (!read.success) throw unreachable('an answer that is none, perhaps of another release');
    if (!('error' in read.data)) return read.data;
    const error = { ...read.data.error, product: order.product };
    throw read.data.retryAtMs === null ? FleetError.from(error) : new NotYet(error, read.data.retryAtMs);
  }

  return {
    async keep(runtime, product, { remote, token, branch }) {
      return await sendBranch(runtime, product, branch, async ({ head, bytes }, bundle) => {
        await ask({ do: 'keep', product: product.name, remote, token, branch, head, bytes }, bundle);
        return head;
      });
    },
    async deliver(order) {
      const verdict = await ask({ do: 'deliver', ...order }, null);
      if ('delivered' in verdict) return verdict.delivered;
      throw unreachable('an answer to something else');
    },
    async watch(order) {
      const verdict = await ask({ do: 'watch', ...order }, null, lookMs);
      if ('watched' in verdict) return verdict.watched;
      throw unreachable('an answer to something else');
    },
    async issues(order) {
      const verdict = await ask({ do: 'issues', ...order }, null, lookMs);
      if ('issues' in verdict) return verdict.issues;
      throw unreachable('an answer to something else');
    },
    async issue(order) {
      const verdict = await ask({ do: 'issue', ...order }, null, lookMs);
      if ('issue' in verdict) return verdict.issue;
      throw unreachable('an answer to something else');
    },
    async answer(order) {
      const verdict = await ask({ do: 'answer', ...order }, null);
      if (!('answered' in verdict)) throw unreachable('an answer to something else');
    },
  };
}
