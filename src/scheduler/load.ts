// What live sessions take of the fleet's limits, and what one more is predicted to take: rule 1 and rule 3.
import type {
  AccountState,
  ByName,
  Capacity,
  FleetState,
  Footprint,
  Limits,
  ProductState,
  SessionState,
} from './state.ts';

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

/** At a usage limit whose reset has not come. A limit without a known reset ends when somebody says so. */
export function closedNow(account: AccountState | undefined, nowMs: number): AccountState['closed'] {
  const closed = account?.closed ?? null;
  return closed !== null && (closed.untilMs === null || closed.untilMs > nowMs) ? closed : null;
}

/** Where so much of a window is used that nothing more is to start in it. */
export function heldNow({ held }: AccountState, nowMs: number): AccountState['held'] {
  return held !== null && held.untilMs > nowMs ? held : null;
}

/** Nobody but the reset of its account's limit makes it go on. */
export function waitsOnAccount(
  session: SessionState,
  product: ProductState | undefined,
  nowMs: number,
): boolean {
  return session.limited && closedNow(product?.account, nowMs) !== null;
}

/** One that waits on a human or an account gives back its slot, not its memory; one being stopped is work again. */
export function holdsSlot(session: SessionState, product: ProductState | undefined, nowMs: number): boolean {
  if (session.state === 'stopping') return true;
  return !session.waitingOnHuman && !waitsOnAccount(session, product, nowMs);
}

/** What is in use now. */
export function capacityOf(state: FleetState, products: ByName, nowMs: number): Capacity {
  const { limits, sessions } = state;
  const committed: Footprint = { cpuCores: 0, memoryBytes: 0 };
  let measured: Footprint | null = null;
  let slotsUsed = 0;
  let reservedUsd = 0;
  for (const session of sessions) {
    const product = products.get(session.product);
    const taken = takenBy(session, predict(product, limits));
    committed.cpuCores += taken.cpuCores;
    committed.memoryBytes += taken.memoryBytes;
    if (session.measured) {
      measured ??= { cpuCores: 0, memoryBytes: 0 };
      measured.cpuCores += session.measured.cpuCores;
      measured.memoryBytes += session.measured.memoryBytes;
    }
    if (holdsSlot(session, product, nowMs)) slotsUsed += 1;
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
