// What Anthropic asks for a million tokens, in USD, as Claude Code 2.1.332 has it (read on 2026-11-29 from the
// catalogue it carries, and held against the sums of its own `cost-state` by test/usage). The rows up to Opus 4.7 and
// Sonnet 4.6 say the same in 2.1.112. products.yaml overrides any of it (`prices:`); a model that stands in neither
// has no price: its tokens are shown and its cost is unknown.
export interface Price {
  input: number;
  output: number;
  cacheRead: number;
  /** kept for five minutes, and for an hour */
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** one search, in USD */
  webSearch: number;
  /** what input, output and cache cost that many times more of, for a prompt of more than 100,000 tokens */
  longPromptTimes: number;
}

/** Cache prices are multiples of the input's: written for 5 min 1.25, for an hour 2, read `read`. */
export function priceOf(input: number, output: number, read = 0.1, longPromptTimes = 1): Price {
  return {
    input,
    output,
    cacheRead: input * read,
    cacheWrite5m: input * 1.25,
    cacheWrite1h: input * 2,
    webSearch: 0.01,
    longPromptTimes,
  };
}

export const listPrices: Readonly<Record<string, Price>> = {
  'claude-3-5-haiku': priceOf(0.8, 4),
  'claude-haiku-4-5': priceOf(1, 5),
  'claude-haiku-5-5': priceOf(0.1, 0.5, 0.1, 5),
  'claude-3-5-sonnet': priceOf(3, 15),
  'claude-3-7-sonnet': priceOf(3, 15),
  'claude-sonnet-4': priceOf(3, 15),
  'claude-sonnet-4-0': priceOf(3, 15),
  'claude-sonnet-4-5': priceOf(3, 15),
  'claude-sonnet-4-6': priceOf(3, 15),
  'claude-sonnet-5': priceOf(2, 10),
  'claude-sonnet-5-5': priceOf(2, 10, 0.05),
  'claude-opus-4': priceOf(15, 75),
  'claude-opus-4-0': priceOf(15, 75),
  'claude-opus-4-1': priceOf(15, 75),
  'claude-opus-4-5': priceOf(5, 25),
  'claude-opus-4-6': priceOf(5, 25),
  'claude-opus-4-7': priceOf(5, 25),
  'claude-opus-4-8': priceOf(5, 25),
  'claude-opus-5': priceOf(5, 25),
  'claude-opus-5-5': priceOf(4, 20, 0.05),
  'claude-fable-5': priceOf(10, 50),
  'claude-fable-5-1': priceOf(10, 50, 0.025),
  'claude-fable-5-2': priceOf(8, 40, 0.025),
  'claude-mythos-5': priceOf(10, 50),
  'claude-mythos-5-1': priceOf(10, 50, 0.025),
  'claude-mythos-5-2': priceOf(8, 40, 0.025),
};
