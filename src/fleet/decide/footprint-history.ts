// Predicts the footprint of the next session from finished ones of the same product, else of its type. Length and
// cost are predicted in estimate.ts.

import type { SessionRow } from '../../journal/journal.ts';
import { schedulingDefaults } from '../../scheduler/index.ts';
import type { ProductState } from '../../scheduler/state.ts';
import { quantile } from './estimate.ts';

/** Of the latest sessions so many: enough to even out single ones, few enough to follow a product that changes. */
const sessionsPerProduct = 20;
export const sessionsLookedAt = 1_000;

export interface History {
  /** p90 of the peaks, of the product or else of its type; null: nothing learned yet */
  footprint(product: { name: string; type: string; resourceWeight: number }): ProductState['learned'];
}

/** @param sessions ended ones, newest first */
export function historyOf(
  sessions: readonly SessionRow[],
  products: readonly { name: string; type: string }[],
): History {
  const typeOf = new Map(products.map(({ name, type }) => [name, type]));
  const byProduct = new Map<string, SessionRow[]>();
  const byType = new Map<string, SessionRow[]>();
  for (const session of sessions) {
    const own = byProduct.get(session.product) ?? [];
    if (own.length >= sessionsPerProduct) continue;
    own.push(session);
    byProduct.set(session.product, own);
    const type = typeOf.get(session.product);
    if (type === undefined) continue;
    const alike = byType.get(type) ?? [];
    alike.push(session);
    byType.set(type, alike);
  }
  const done = (from: readonly SessionRow[], value: (session: SessionRow) => number | null) =>
    from.filter(({ outcome }) => outcome === 'done').flatMap((session) => value(session) ?? []);

  return {
    footprint(product) {
      const { weightUnit } = schedulingDefaults;
      const byWeight = {
        cpuCores: product.resourceWeight * weightUnit.cpuCores,
        memoryBytes: product.resourceWeight * weightUnit.memoryBytes,
      };
      const learn = (value: (session: SessionRow) => number | null, byWeight: number) => {
        const own = peak(byProduct.get(product.name) ?? [], value, byWeight);
        if (own !== null) return { from: 'product' as const, amount: own };
        const alike = peak(byType.get(product.type) ?? [], value, byWeight);
        return alike === null ? null : { from: 'type' as const, amount: alike };
      };
      const memory = learn((s) => s.peakMemoryBytes, byWeight.memoryBytes);
      const cpu = learn((s) => s.peakCpuCores, byWeight.cpuCores);
      const from = memory?.from ?? cpu?.from;
      if (from === undefined) return null;
      return {
        from,
        memoryBytes: memory?.amount ?? byWeight.memoryBytes,
        cpuCores: cpu?.amount ?? byWeight.cpuCores,
      };
    },
  };

  /** A session cut short (paused, failed) proves only that at least this much is needed: it may raise, not lower. */
  function peak(
    from: readonly SessionRow[],
    value: (session: SessionRow) => number | null,
    byWeight: number,
  ): number | null {
    const whole = done(from, value);
    const floor = quantile(whole, 0.9) ?? byWeight;
    const cut = from
      .filter(({ outcome }) => outcome !== 'done')
      .flatMap((session) => value(session) ?? [])
      .filter((amount) => amount > floor);
    return quantile([...whole, ...cut], 0.9);
  }
}
