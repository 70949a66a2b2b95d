// Predicts the footprint of the next session from finished ones of the same product, else of its type. Length and
// cost are predicted in estimate.ts.

import type { FinishedSession } from '../../journal/journal.ts';
import type { Product } from '../../registry/registry.ts';
import { schedulingDefaults } from '../../scheduler/index.ts';
import type { ProductState } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';
import { quantile } from './estimate.ts';

/** Of the latest sessions so many: enough to even out single ones, few enough to follow a product that changes. */
const sessionsPerProduct = 20;
const sessionsLookedAt = 1_000;

export interface History {
  /** p90 of the peaks, of the product or else of its type; null: nothing learned yet */
  footprint(product: { name: string; type: string; resourceWeight: number }): ProductState['learned'];
}

const known = new WeakMap<object, { products: readonly Product[]; history: History }>();

/** From the journal; made again when a session ended or products.yaml changed. */
export function histories({ journal, registry }: Pick<FleetContext, 'journal' | 'registry'>): History {
  const sessions = journal.finishedSessions(sessionsLookedAt);
  const { products } = registry.current();
  const before = known.get(sessions);
  if (before?.products === products) return before.history;
  // One worker alone takes less: what a coordinator with its workers takes is not learned from it.
  const led = sessions.filter(({ direct }) => direct === null);
  const history = historyOf(led, products);
  known.set(sessions, { products, history });
  return history;
}

/** @param sessions ended ones, newest first */
function historyOf(
  sessions: readonly FinishedSession[],
  products: readonly { name: string; type: string }[],
): History {
  const typeOf = new Map(products.map(({ name, type }) => [name, type]));
  const byProduct = new Map<string, FinishedSession[]>();
  const byType = new Map<string, FinishedSession[]>();
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
  const done = (from: readonly FinishedSession[], value: (session: FinishedSession) => number | null) =>
    from.filter(({ outcome }) => outcome === 'done').flatMap((session) => value(session) ?? []);

  const learned = new Map<string, ProductState['learned']>();
  return {
    footprint(product) {
      const asked = `${product.resourceWeight} ${product.type} ${product.name}`;
      const said = learned.get(asked);
      if (said !== undefined) return said;
      const fresh = learn(product);
      learned.set(asked, fresh);
      return fresh;
    },
  };

  function learn(product: Parameters<History['footprint']>[0]): ProductState['learned'] {
    const { weightUnit } = schedulingDefaults;
    const byWeight = {
      cpuCores: product.resourceWeight * weightUnit.cpuCores,
      memoryBytes: product.resourceWeight * weightUnit.memoryBytes,
    };
    const of = (value: (session: FinishedSession) => number | null, byWeight: number) => {
      const own = peak(byProduct.get(product.name) ?? [], value, byWeight);
      if (own !== null) return { from: 'product' as const, amount: own };
      const alike = peak(byType.get(product.type) ?? [], value, byWeight);
      return alike === null ? null : { from: 'type' as const, amount: alike };
    };
    const memory = of((s) => s.peakMemoryBytes, byWeight.memoryBytes);
    const cpu = of((s) => s.peakCpuCores, byWeight.cpuCores);
    const from = memory?.from ?? cpu?.from;
    if (from === undefined) return null;
    return {
      from,
      memoryBytes: memory?.amount ?? byWeight.memoryBytes,
      cpuCores: cpu?.amount ?? byWeight.cpuCores,
    };
  }

  /** A session cut short (paused, failed) proves only that at least this much is needed: it may raise, not lower. */
  function peak(
    from: readonly FinishedSession[],
    value: (session: FinishedSession) => number | null,
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
