// The live sessions that wait for their account to open.
import { closedNow, waitsOnAccount } from './load.ts';
import type { AtLimit, ByName, FleetState } from './state.ts';

export function sessionsAtLimit({ sessions }: FleetState, products: ByName, nowMs: number): AtLimit[] {
  return sessions.flatMap((session) => {
    const product = products.get(session.product);
    const closed = closedNow(product?.account, nowMs);
    if (closed === null || !waitsOnAccount(session, product, nowMs)) return [];
    const { window, untilMs } = closed;
    return { objective: session.objective, account: product?.account.name ?? '', window, untilMs };
  });
}
