// What a sentence becomes: what is said above the answers, and the tools that are called.
import type { ToolCall } from './wire.ts';

export interface Intent {
  /** Said above the tools' answers; the whole answer where no tool is called. */
  lead: string;
  calls: ToolCall[];
}

export function one(lead: string, name: string, input: Record<string, unknown>): Intent {
  return { lead, calls: [{ name, input }] };
}

/** One objective per product, in the human's own words. */
export function started([sentence = '', products = '']: RegExpExecArray): Intent {
  const names = products.replace(/^(both|all of) /i, '').split(/, and |, | and /i);
  const calls = names.map((name) => ({
    name: 'fleet_start',
    input: { product: named(name), objective: sentence },
  }));
  return { lead: names.length === 1 ? 'Handed over:' : 'Handed over, one objective each:', calls };
}

/** `Ship auth` → `ship-auth` */
export const planName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 41)
    .replace(/^-+|-+$/g, '') || 'plan';

/** `product A`, `A` and `product-a` are one product. */
export function named(words: string): string {
  const name = words
    .trim()
    .toLowerCase()
    .replace(/^product /, 'product-');
  return /^[a-z]$/.test(name) ? `product-${name}` : name;
}
