// Usage → USD, per agent. Pure.
import { listPrices, type Price } from './table.ts';

export { type Price, priceOf } from './table.ts';

/** Tokens that one agent used of one model, as the agent in the runtime reads them from the transcripts. */
export interface Used {
  model: string;
  /** of prompts so long that they cost more */
  longPrompt: boolean;
  /** by Claude Code's own sum; false: counted reply by reply */
  stated: boolean;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
  /** USD, as Claude Code says; null: it does not */
  costUsd: number | null;
}

/** What one agent of a session has come to. */
export interface AgentSpend {
  /** coordinator, or a worker's name */
  name: string;
  /** by use, most first: as Claude Code names them */
  models: string[];
  /** Σ of what has a price; null: nothing has */
  costUsd: number | null;
  /** input and output, without cache */
  tokens: number;
  /** of these: of models without a price */
  unpricedTokens: number;
  /** false: some of it was counted reply by reply, where hidden requests are not to be seen */
  stated: boolean;
}

/** `us.anthropic.claude-opus-4-6-20260101-v1:0`, `claude-opus-4-6[1m]` → `claude-opus-4-6` */
export function plainModel(model: string): string {
  return model
    .replace(/^(?:.*\.)?(?=claude-)/, '')
    .replace(/\[1m\]$/, '')
    .replace(/(?:-v\d+(?::\d+)?)$/, '')
    .replace(/[-@]\d{8}$/, '');
}

/** @param own prices of products.yaml, by model: they go before the list's */
export function priceFor(model: string, own: ReadonlyMap<string, Price>): Price | null {
  const plain = plainModel(model);
  const listed = Object.hasOwn(listPrices, plain) ? listPrices[plain] : undefined;
  return own.get(model) ?? own.get(plain) ?? listed ?? null;
}

function costOf(used: Used, own: ReadonlyMap<string, Price>): number | null {
  const overridden = own.get(used.model) ?? own.get(plainModel(used.model));
  if (overridden === undefined && used.costUsd !== null) return used.costUsd;
  const price = priceFor(used.model, own);
  if (price === null) return null;
  const tokens =
    used.input * price.input +
    used.output * price.output +
    used.cacheRead * price.cacheRead +
    used.cacheWrite5m * price.cacheWrite5m +
    used.cacheWrite1h * price.cacheWrite1h;
  return (tokens / 1e6) * (used.longPrompt ? price.longPromptTimes : 1) + used.webSearches * price.webSearch;
}

/** What each agent has come to; those that used nothing are left out. */
export function priced(
  report: { agents: readonly { name: string; models: readonly Used[] }[] },
  own: ReadonlyMap<string, Price>,
): AgentSpend[] {
  return report.agents.map(({ name, models }): AgentSpend => {
    const each = models
      .map((used) => ({ used, tokens: used.input + used.output, costUsd: costOf(used, own) }))
      .sort((a, b) => b.tokens - a.tokens);
    const known = each.flatMap(({ costUsd }) => costUsd ?? []);
    const sum = (all: typeof each) => all.reduce((total, { tokens }) => total + tokens, 0);
    return {
      name,
      models: [...new Set(each.map(({ used }) => used.model))],
      costUsd: known.length === 0 ? null : known.reduce((a, b) => a + b, 0),
      tokens: sum(each),
      unpricedTokens: sum(each.filter(({ costUsd }) => costUsd === null)),
      stated: models.every(({ stated }) => stated),
    };
  });
}

/** Of several sessions: those of one name as one. */
export function together(spends: readonly AgentSpend[]): AgentSpend[] {
  const byName = new Map<string, AgentSpend>();
  for (const one of spends) {
    const sum = byName.get(one.name);
    byName.set(
      one.name,
      sum === undefined
        ? one
        : {
            name: one.name,
            models: [...new Set([...sum.models, ...one.models])],
            costUsd: sum.costUsd === null ? one.costUsd : sum.costUsd + (one.costUsd ?? 0),
            tokens: sum.tokens + one.tokens,
            unpricedTokens: sum.unpricedTokens + one.unpricedTokens,
            stated: sum.stated && one.stated,
          },
    );
  }
  return [...byName.values()];
}
