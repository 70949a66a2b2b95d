// What a session has cost so far, in USD and in tokens, per agent: read from Claude Code's own transcripts through
// the agent, and priced here. `ov costs` counts a reply once per content block, prices all opus alike and knows
// nothing of headless workers: it is not asked.

import { usd } from '../../../common/units.ts';
import type { UsageReport } from '../../../contract/runtime/measurements.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { type AgentSpend, priced } from '../../../prices/index.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { noteWorkersLimits } from '../accounts/worker-limits.ts';

/** null: unknown, which is not zero */
export interface Spend {
  /** Σ of what has a price */
  costUsd: number | null;
  /** input and output, without cache */
  tokens: number | null;
  /** of these: of models without a price; costUsd is then the least that it was */
  unpricedTokens: number;
  agents: AgentSpend[];
}

const most = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
const sum = (known: readonly number[]) => (known.length === 0 ? null : known.reduce((a, b) => a + b, 0));

type Asking = Pick<FleetContext, 'runtime' | 'log' | 'registry'>;

/** Asks the agent; null: it could not say. */
export async function readUsage(
  { runtime, log }: Asking,
  product: ProductRef,
  session: SessionRow,
): Promise<UsageReport | null> {
  const report = await runtime.usage(product, session.startingAtMs).catch((error: unknown) => {
    log.info({ product: product.name, err: error }, 'what a session costs could not be read');
    return null;
  });
  if (report !== null && report.skippedLines + report.unread > 0)
    log.info(
      { product: product.name, lines: report.skippedLines, files: report.unread },
      'lines of transcripts were skipped, or files left for the next look',
    );
  return report;
}

/** Never less than what the session is known to have cost; what cannot be had is left out. */
export async function askSpend(context: Asking, product: ProductRef, session: SessionRow): Promise<Spend> {
  return spendOf(context, session, await readUsage(context, product, session));
}

function spendOf({ registry }: Asking, session: SessionRow, report: UsageReport | null): Spend {
  const read = report === null ? [] : priced(report, registry.current().prices);
  const agents = read.length === 0 ? session.agents : read;
  return {
    costUsd: most(session.costUsd, sum(agents.flatMap(({ costUsd }) => costUsd ?? []))),
    tokens: most(session.tokens, sum(agents.map(({ tokens }) => tokens))),
    unpricedTokens: agents.reduce((total, { unpricedTokens }) => total + unpricedTokens, 0),
    agents,
  };
}

/**
 * Journals what a running session has cost so far, every now and then: it is what limits are judged by. The same look tells
 * of workers that ended at a usage limit.
 */
export async function watchSpend(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<void> {
  const { clock, tuning, journal } = context;
  const known = context.costAskedMs;
  const lastMs = known.get(session.id) ?? session.runningAtMs ?? clock.nowMs();
  if (clock.nowMs() - lastMs < tuning.spendEveryMs) return;
  for (const id of known.keys()) if (!journal.liveSessions().some((one) => one.id === id)) known.delete(id);
  known.set(session.id, clock.nowMs());
  const report = await readUsage(context, product, session);
  noteWorkersLimits(context, product, session, report?.refusals ?? []);
  const spend = spendOf(context, session, report);
  const now = journal.liveSession(product.name);
  if (now?.id !== session.id || (spend.costUsd === now.costUsd && spend.tokens === now.tokens)) return;
  const { costUsd, tokens, unpricedTokens } = spend;
  const money =
    costUsd === null ? 'an unknown amount' : `${unpricedTokens > 0 ? 'at least ' : ''}${usd(costUsd)}`;
  journal.record({
    kind: 'session.spent',
    product: product.name,
    objective: session.objective,
    text: `${session.objective} on ${product.name} has cost ${money} so far${tokens === null ? '' : ` (${tokens} tokens)`}.`,
    data: { session: session.id, ...spend },
  });
}
