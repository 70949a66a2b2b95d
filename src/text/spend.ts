// What agents use of the model, in words. Names of models come from transcripts: text of workers' making.

import { count, usd } from '../common/units.ts';
import type { ProductView } from '../contract/products.ts';

/** Makes text of workers fit for where it is shown. */
type Say = (text: string) => string;
type Spend = NonNullable<ProductView['spend']>;
type AgentSpend = Spend['agents'][number];

const tokens = (n: number) => `${n.toLocaleString('en-US')} tokens`;

/** `$0.17`, `at least $0.17 (of 9,000 tokens no price is known)`, `9,000 tokens, no price known` */
function costText({ costUsd, tokens: all, unpricedTokens }: Omit<AgentSpend, 'name' | 'models'>): string {
  if (costUsd === null) return `${tokens(all)}, no price known`;
  if (unpricedTokens === 0) return usd(costUsd);
  return `at least ${usd(costUsd)} (of ${tokens(unpricedTokens)} no price is known)`;
}

const modelsText = ({ models }: AgentSpend, say: Say) => models.slice(0, 5).map(say).join(' + ');

/** `claude-opus-5-5, $0.17`; null: nothing is known of that agent */
export function agentText(spend: Spend | undefined, name: string, say: Say): string | null {
  const agent = spend?.agents.find((one) => one.name === name);
  return agent === undefined ? null : `${modelsText(agent, say)}, ${costText(agent)}`;
}

/** Its models alone, for where there is little room. */
export function modelText(spend: Spend | undefined, name: string, say: Say): string | null {
  const agent = spend?.agents.find((one) => one.name === name);
  return agent === undefined ? null : modelsText(agent, say);
}

/** `$0.27 so far, of 3 agents`, and whether some of it was counted without what Claude Code hides */
export function spendText(spend: Spend): string {
  const { agents } = spend;
  const sum = (of: 'tokens' | 'unpricedTokens') => agents.reduce((total, agent) => total + agent[of], 0);
  const stated = agents.every((agent) => agent.stated);
  const all = { tokens: sum('tokens'), unpricedTokens: sum('unpricedTokens'), stated };
  return [
    costText({ costUsd: spend.costUsd, ...all }),
    ` so far, of ${count(agents.length, 'agent')}`,
    stated ? '' : '; counted by replies: hidden requests of Claude Code are not in it',
  ].join('');
}
