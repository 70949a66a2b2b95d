// What a session has cost so far, in USD and in tokens. `ov costs` holds an agent's row from the end of its first turn
// (a worker's: from its end), `ov costs --live` what those at work have come to. Both count an agent from its start.
import type { ReplyOf } from '../../overstory/commands/index.ts';
import type { ProductRef } from '../../runtime/protocol.ts';
import type { FleetContext } from '../context.ts';
import type { SessionRow } from '../journal.ts';

/** null: unknown, which is not zero */
export interface Spend {
  costUsd: number | null;
  /** input and output, without cache, as `ov` sums them up itself */
  tokens: number | null;
}

/** More rows than a session has agents; `ov` shows the latest 20 unless told otherwise. */
const rowsLookedAt = 1_000;
/** Rows are written by another clock than ours. */
const slackMs = 1_000;

const most = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
const sum = (known: readonly number[]) => (known.length === 0 ? null : known.reduce((a, b) => a + b, 0));

/** What both replies say together of the agents that began at `sinceMs` or later. */
export function spendOf(
  { sessions }: Pick<ReplyOf<'costs'>, 'sessions'>,
  { agents }: ReplyOf<'costs.live'>,
  sinceMs: number,
): Spend {
  const ours = (at: string): boolean => Date.parse(at) >= sinceMs - slackMs;
  const each = new Map<string, Spend>();
  // One name may have had several tasks.
  for (const row of sessions.filter(({ startedAt }) => ours(startedAt)))
    each.set(`${row.agentName} ${row.taskId}`, {
      costUsd: row.estimatedCostUsd,
      tokens: row.modelUsed === null ? null : row.inputTokens + row.outputTokens,
    });
  for (const agent of agents.filter((one) => ours(one.snapshotAt) && ours(one.sessionStartedAt))) {
    const known = [...each.keys()].find((key) => key.startsWith(`${agent.agentName} `)) ?? agent.agentName;
    const before = each.get(known) ?? { costUsd: null, tokens: null };
    each.set(known, {
      costUsd: most(before.costUsd, agent.estimatedCostUsd > 0 ? agent.estimatedCostUsd : null),
      tokens: most(before.tokens, agent.modelUsed === null ? null : agent.inputTokens + agent.outputTokens),
    });
  }
  return {
    costUsd: sum([...each.values()].flatMap(({ costUsd }) => costUsd ?? [])),
    tokens: sum([...each.values()].flatMap(({ tokens }) => tokens ?? [])),
  };
}

/** Asks `ov`. Never less than what the session is known to have cost; what cannot be had is left out. */
export async function askSpend(
  context: Pick<FleetContext, 'runtime' | 'log'>,
  product: ProductRef,
  session: SessionRow,
  live: boolean,
): Promise<Spend> {
  const { runtime, log } = context;
  const none = (error: unknown) => {
    log.info({ product: product.name, err: error }, 'what a session costs could not be read');
    return null;
  };
  const rows = await runtime.ov(product, 'costs', { last: rowsLookedAt }).catch(none);
  const now = live ? await runtime.ov(product, 'costs.live', {}).catch(none) : null;
  const asked = spendOf(rows ?? { sessions: [] }, now ?? { agents: [] }, session.startingAtMs);
  return { costUsd: most(session.costUsd, asked.costUsd), tokens: most(session.tokens, asked.tokens) };
}

/** When each running session was asked about last. Memory only. */
const asked = new WeakMap<FleetContext, Map<number, number>>();

/** Journals what a running session has cost so far, every now and then: it is what limits are judged by. */
export async function watchSpend(
  context: FleetContext,
  product: ProductRef,
  session: SessionRow,
): Promise<void> {
  const { clock, tuning, journal } = context;
  const known = asked.get(context) ?? new Map<number, number>();
  asked.set(context, known);
  const lastMs = known.get(session.id) ?? session.runningAtMs ?? clock.nowMs();
  if (clock.nowMs() - lastMs < tuning.spendEveryMs) return;
  for (const id of known.keys()) if (!journal.liveSessions().some((one) => one.id === id)) known.delete(id);
  known.set(session.id, clock.nowMs());
  const { costUsd, tokens } = await askSpend(context, product, session, true);
  const now = journal.liveSession(product.name);
  if (now?.id !== session.id || (costUsd === now.costUsd && tokens === now.tokens)) return;
  journal.record({
    kind: 'session.spent',
    product: product.name,
    objective: session.objective,
    text: `${session.objective} on ${product.name} has cost ${costUsd === null ? 'an unknown amount' : `$${costUsd.toFixed(2)}`} so far${tokens === null ? '' : ` (${tokens} tokens)`}.`,
    data: { session: session.id, costUsd, tokens },
  });
}
