// What a session has come to: duration, cost, merged and parked branches, errors. Each part is asked for on its
// own, and one that cannot be had is left out (cost: null, unknown): a stop never waits for its own report.

import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { ArgsOf, OvCommandName, ReplyOf } from '../../../overstory/commands/index.ts';
import type { FleetContext } from '../../context.ts';
import { askSpend, type Spend } from './spend.ts';

export interface Outcome extends Spend {
  /** from running to now */
  durationMs: number;
  merged: string[];
  /** the branch that holds them; null: none does, HEAD was detached. Left out: not known */
  into?: string | null;
  /** how many it had */
  workers: number;
  /** branches of workers, not merged: work that waits for somebody */
  parked: string[];
  errors: string[];
}

const shownErrors = 5;
/** Rows are written by another clock than ours. */
const slackMs = 1_000;

/** @param before  the product before it was stopped: afterwards `ov` shows every row there ever was */
export async function outcomeOf(
  context: FleetContext,
  product: ProductRef,
  session: SessionRow,
  before: ProductSnapshot,
): Promise<Outcome> {
  const ask = async <N extends OvCommandName>(name: N, args: ArgsOf<N>): Promise<ReplyOf<N> | null> => {
    try {
      return await context.runtime.ov(product, name, args);
    } catch (error) {
      context.log.info({ product: product.name, err: error }, `no ${name} for the outcome`);
      return null;
    }
  };
  const ours = (at: string): boolean => Date.parse(at) >= session.startingAtMs - slackMs;
  const branches = await context.runtime.maintain(product, { kind: 'branches' }).catch(() => null);
  const made = before.workers.filter((worker) => ours(worker.startedAt)).map((worker) => worker.branch);
  const errors = (await ask('errors', { limit: 50 }))?.events ?? [];
  return {
    durationMs: session.runningAtMs === null ? 0 : context.clock.nowMs() - session.runningAtMs,
    ...(await askSpend(context, product, session)),
    workers: made.length,
    merged: branches?.done.filter((branch) => made.includes(branch)) ?? [],
    ...(branches?.into !== undefined && { into: branches.into }),
    parked: branches?.left ?? before.worktrees.map((worktree) => worktree.branch),
    errors: errors
      // Without a zone; it is UTC.
      .filter((event) => ours(/Z$/.test(event.createdAt) ? event.createdAt : `${event.createdAt}Z`))
      .slice(0, shownErrors)
      .map((event) => `${event.agentName}: ${event.data ?? event.eventType}`.slice(0, 200)),
  };
}
