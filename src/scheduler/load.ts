// What live sessions take of the fleet's limits, and what one more is predicted to take: rule 1 and rule 3.
import type { Capacity, FleetState, Footprint, Limits, ProductState, SessionState } from './state.ts';

/** More than the limit, beyond what adding decimal fractions in binary may be off by. */
export function exceeds(amount: number, limit: number): boolean {
  return amount > limit + 1e-9 * Math.max(1, Math.abs(limit));
}

function capped(amount: number, cap: number | null): number {
  return cap === null ? amount : Math.min(amount, cap);
}

/** Footprint of a session of this product: learned, else by weight; never more than the product's own caps. */
export function predict(product: ProductState | undefined, limits: Limits): Footprint {
  if (!product) return limits.weightUnit;
  const { learned, resourceWeight, caps } = product;
  const { weightUnit } = limits;
  return {
    cpuCores: capped(learned?.cpuCores ?? resourceWeight * weightUnit.cpuCores, caps.maxCpuCores),
    memoryBytes: capped(learned?.memoryBytes ?? resourceWeight * weightUnit.memoryBytes, caps.maxMemoryBytes),
  };
}

/** What a live session takes: what it uses, or what it is still expected to grow to. */
export function takenBy({ measured }: SessionState, predicted: Footprint): Footprint {
  if (measured === null) return predicted;
  return {
    cpuCores: Math.max(measured.cpuCores, predicted.cpuCores),
    memoryBytes: Math.max(measured.memoryBytes, predicted.memoryBytes),
  };
}

/** A session that waits on a human gives back its slot, not its memory; one being stopped is work again. */
export function holdsSlot(session: SessionState): boolean {
  return session.state === 'stopping' || !session.waitingOnHuman;
}

/** What is in use now. */
export function capacityOf(state: FleetState, products: ReadonlyMap<string, ProductState>): Capacity {
  const { limits, sessions } = state;
  const committed: Footprint = { cpuCores: 0, memoryBytes: 0 };
  let measured: Footprint | null = null;
  let slotsUsed = 0;
  let reservedUsd = 0;
  for (const session of sessions) {
    const taken = takenBy(session, predict(products.get(session.product), limits));
    committed.cpuCores += taken.cpuCores;
    committed.memoryBytes += taken.memoryBytes;
    if (session.measured) {
      measured ??= { cpuCores: 0, memoryBytes: 0 };
      measured.cpuCores += session.measured.cpuCores;
      measured.memoryBytes += session.measured.memoryBytes;
    }
    if (holdsSlot(session)) slotsUsed += 1;
    reservedUsd += session.reservedCostUsd ?? 0;
  }
  return {
    slotsUsed,
    slots: limits.maxConcurrentSessions,
    liveSessions: sessions.length,
    maxLiveSessions: limits.maxLiveSessions,
    committed,
    measured,
    maxMemoryBytes: limits.maxMemoryBytes,
    maxCpuCores: limits.maxCpuCores,
    spentTodayUsd: state.spentTodayUsd,
    reservedUsd,
    maxCostUsdPerDay: limits.maxCostUsdPerDay,
  };
}
