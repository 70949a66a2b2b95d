// Which priority of a product puts its next objective before or behind another's in the queue.
import { queueOrder } from './order.ts';
import type { FleetState } from './state.ts';

/**
 * The one nearest to what it has.
 * @param side where it is to stand, as seen from `objective`, which is queued
 * @returns 1 to 100; null: none does, because the other has waited too long, or it is its own, or nothing of it waits, or
 *   the queue goes by arrival
 */
export function priorityFor(
  state: FleetState,
  product: string,
  side: 'before' | 'after',
  objective: string,
): number | null {
  const now = state.products.find(({ name }) => name === product)?.priority;
  const stands = (priority: number): boolean => {
    const products = state.products.map((each) => (each.name === product ? { ...each, priority } : each));
    const order = queueOrder({ ...state, products }).map(({ objective: { id, product } }) => ({
      id,
      product,
    }));
    const mine = order.findIndex((each) => each.product === product);
    const other = order.findIndex(({ id }) => id === objective);
    if (mine < 0 || other < 0 || order[other]?.product === product) return false;
    return side === 'before' ? mine < other : mine > other;
  };
  if (now === undefined) return null;
  const step = side === 'before' ? 1 : -1;
  for (let priority = Math.min(100, Math.max(1, now)); priority >= 1 && priority <= 100; priority += step)
    if (stands(priority)) return priority;
  return null;
}
