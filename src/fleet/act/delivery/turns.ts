// Whoever asks a product's forge by itself takes turns: one request each time, `watchMs` apart, in the order of asking.
import type { FleetContext } from '../../context.ts';

type Context = Pick<FleetContext, 'clock' | 'tuning' | 'forgeTurns'>;

/** Takes a place in line, or keeps the one that it has. Only for who is due. @returns ms; 0: now */
export function turnInMs({ clock, tuning, forgeTurns }: Context, product: string, who: string): number {
  const now = clock.nowMs();
  const turns = forgeTurns.get(product) ?? { freeMs: 0, of: new Map<string, number>() };
  forgeTurns.set(product, turns);
  const mine = turns.of.get(who);
  // One that went by unused, or that a clock which was set back has put far off, is none any more.
  const holds = mine !== undefined && Math.abs(mine - now) <= 3 * tuning.watchMs;
  const free = Math.abs(turns.freeMs - now) <= 3 * tuning.watchMs ? turns.freeMs : now;
  const atMs = holds ? mine : Math.max(now, free);
  if (!holds) {
    turns.of.set(who, atMs);
    turns.freeMs = atMs + tuning.watchMs;
  }
  return Math.max(0, atMs - now);
}

export function tookTurn({ forgeTurns }: Context, product: string, who: string): void {
  forgeTurns.get(product)?.of.delete(who);
}
